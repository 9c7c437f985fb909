//! Who is signed in, in a file that nobody else may read.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The tokens of a session, and where they are good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Where the API is, without a slash at the end.
    pub url: String,
    /// Whose session it is.
    pub email: String,
    /// Goes with every request.
    pub access_token: String,
    /// When that ends.
    pub expires_at: Timestamp,
    /// Gets the next pair, once.
    pub refresh_token: String,
}

/// Where a session is kept.
#[derive(Clone, Debug)]
pub struct SessionFile(PathBuf);

/// Why a session could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// There is no place for it.
    #[error("there is no folder for the session: set HOME, or name a file with --session")]
    NoFolder,
    /// Nobody is signed in.
    #[error("nobody is signed in; begin with: operate sign-in EMAIL --url URL")]
    SignedOut,
    /// The file cannot be read or written.
    #[error("{} cannot be used: {cause}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
}

impl SessionFile {
    /// The file that is named, or the one in the user's folder for settings.
    ///
    /// # Errors
    /// [`SessionError::NoFolder`] if the user has none.
    pub fn of(named: Option<String>) -> Result<SessionFile, SessionError> {
        if let Some(named) = named {
            return Ok(SessionFile(named.into()));
        }
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let settings = set("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| set("HOME").map(|home| Path::new(&home).join(".config")));
        let settings = settings.ok_or(SessionError::NoFolder)?;
        Ok(SessionFile(settings.join("planet").join("operate.json")))
    }

    /// Reads the session.
    ///
    /// # Errors
    /// [`SessionError`] if there is none.
    pub fn read(&self) -> Result<Session, SessionError> {
        let bytes = match fs::read(&self.0) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SessionError::SignedOut);
            }
            Err(error) => return Err(self.error(error)),
        };
        serde_json::from_slice(&bytes).map_err(|error| self.error(error.into()))
    }

    /// Keeps the session: whole or not at all, and readable by its user alone.
    ///
    /// # Errors
    /// [`SessionError::File`] if it cannot be written.
    pub fn keep(&self, session: &Session) -> Result<(), SessionError> {
        self.write(session).map_err(|error| self.error(error))
    }

    fn write(&self, session: &Session) -> io::Result<()> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder)?;
        }
        let fresh = self.0.with_extension("new");
        // What an earlier run left behind would keep its own permissions.
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&fresh)?;
        file.write_all(&serde_json::to_vec_pretty(session)?)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.0)
    }

    /// Forgets the session.
    ///
    /// # Errors
    /// [`SessionError::File`] if the file cannot be removed.
    pub fn forget(&self) -> Result<(), SessionError> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.error(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn error(&self, cause: io::Error) -> SessionError {
        SessionError::File {
            path: self.0.clone(),
            cause,
        }
    }
}
