//! Files of a data folder: read whole, replaced whole.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::Path,
};

use serde::de::DeserializeOwned;

use crate::error::EngineError;

/// Makes `folder` and those above it.
pub(crate) fn create_folder(folder: &Path) -> Result<(), EngineError> {
    fs::create_dir_all(folder).map_err(EngineError::file(folder))
}

/// Takes `folder` for this process until the file is dropped.
pub(crate) fn lock(folder: &Path) -> Result<File, EngineError> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(EngineError::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EngineError::InUse {
            folder: folder.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(EngineError::file(path)(error)),
    }
}

/// What the file at `path` says; `None` if there is none.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, EngineError> {
    match fs::read(path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|source| EngineError::Damaged {
                    path: path.to_owned(),
                    source,
                })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EngineError::file(path)(error)),
    }
}

/// Writes `content` beside `path` and moves it there, so that a crash leaves the old or the new.
/// Only the owner may read it.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), EngineError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    write_private(Path::new(&name), content)
        .and_then(|()| fs::rename(&name, path))
        .map_err(EngineError::file(path))
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(content)
}
