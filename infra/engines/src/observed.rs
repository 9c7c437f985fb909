//! What functions were seen to do, written down for the check that roles grant that and no more.
//!
//! Where the environment names a folder in `PLANET_OBSERVED`, each process keeps a file of its own
//! there: a line for each distinct deed, when it is first seen. Otherwise nothing is written.
//! `infra/checks` reads the files.

use std::{
    collections::BTreeSet,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{error::EngineError, files};

/// The variable that names the folder.
const FOLDER: &str = "PLANET_OBSERVED";

/// The one file of this process, once something wanted it.
static OF_PROCESS: Mutex<Option<Arc<Observed>>> = Mutex::new(None);

/// What one process saw.
#[derive(Debug)]
pub(crate) struct Observed {
    path: PathBuf,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    lines: BTreeSet<String>,
    file: File,
}

impl Observed {
    /// What this process saw, if the environment wants to know.
    pub(crate) fn of_environment() -> Result<Option<Arc<Self>>, EngineError> {
        let Some(folder) = std::env::var_os(FOLDER) else {
            return Ok(None);
        };
        let mut of_process = OF_PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
        if of_process.is_none() {
            *of_process = Some(Arc::new(Self::in_folder(Path::new(&folder))?));
        }
        Ok(of_process.clone())
    }

    fn in_folder(folder: &Path) -> Result<Self, EngineError> {
        files::create_folder(folder)?;
        let created = tempfile::Builder::new()
            .prefix("observed-")
            .suffix(".txt")
            .tempfile_in(folder)
            .and_then(|file| file.keep().map_err(|error| error.error));
        let (file, path) = created.map_err(EngineError::file(folder))?;
        Ok(Self {
            path,
            seen: Mutex::new(Seen {
                lines: BTreeSet::new(),
                file,
            }),
        })
    }

    /// Notes that `function` did `action` to `resource`.
    ///
    /// A line that cannot be written is missing from the comparison, which then fails.
    pub(crate) fn note(&self, function: &str, action: &str, resource: &str) {
        let line = format!("{function}\t{action}\t{resource}\n");
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.lines.contains(&line) {
            return;
        }
        match seen.file.write_all(line.as_bytes()) {
            Ok(()) => {
                seen.lines.insert(line);
            }
            Err(error) => {
                let path = self.path.display();
                tracing::error!(%error, %path, "what was observed cannot be written down");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(observed: &Observed) -> Vec<String> {
        let text = std::fs::read_to_string(&observed.path).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_deed_is_written_once_and_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let observed = Observed::in_folder(&folder.path().join("not/yet/there")).unwrap();
        for _ in 0..3 {
            observed.note("Shop", "dynamodb:GetItem", "Things");
        }
        observed.note("Shop", "dynamodb:Query", "Things/index/due");
        assert_eq!(
            lines(&observed),
            [
                "Shop\tdynamodb:GetItem\tThings",
                "Shop\tdynamodb:Query\tThings/index/due"
            ]
        );
    }

    #[test]
    fn many_processes_and_threads_lose_nothing_and_mix_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let processes = [(); 2].map(|()| Observed::in_folder(folder.path()).unwrap());
        assert_ne!(processes[0].path, processes[1].path);
        std::thread::scope(|scope| {
            for observed in &processes {
                for _ in 0..4 {
                    scope.spawn(|| {
                        for number in 0..100 {
                            observed.note("Shop", "sqs:SendMessage", &format!("Queue{number}"));
                        }
                    });
                }
            }
        });
        for observed in &processes {
            let written = lines(observed);
            let distinct: BTreeSet<_> = written.iter().collect();
            assert_eq!((written.len(), distinct.len()), (100, 100));
        }
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_an_error_and_not_silence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(Observed::in_folder(&file).is_err());
    }
}
