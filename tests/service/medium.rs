//! The medium that a process of the binary keeps its folder on: a disk of a size, with a sync that fails, and that writes
//! down what it was asked for (`medium/preloaded.rs`, which is built here and put before the C library).

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::OnceLock,
};

pub mod trace;

use tempfile::TempDir;

use crate::folder;

/// A medium of one folder.
pub struct Medium {
    folder: PathBuf,
    told: TempDir,
}

impl Medium {
    pub fn of(folder: &Path) -> Self {
        Self {
            folder: folder.canonicalize().unwrap(),
            told: tempfile::tempdir().unwrap(),
        }
    }

    /// Has the process of a command keep its folder on it.
    pub fn below(&self, mut command: Command) -> Command {
        command
            .env("LD_PRELOAD", library())
            .env("MEDIUM_FOLDER", &self.folder)
            .env("MEDIUM_BYTES", self.told.path().join("bytes"));
        command
    }

    /// Where it writes down what it is asked for, if it is told to.
    pub fn trace(&self) -> PathBuf {
        self.told.path().join("trace")
    }

    /// How much the folder takes now.
    pub fn used(&self) -> u64 {
        use std::os::unix::fs::MetadataExt;
        let files = folder::files(&self.folder);
        // What is renamed meanwhile is counted under its other name, or missed for a moment.
        let sizes = files.iter().filter_map(|path| fs::metadata(path).ok());
        sizes.map(|file| file.blocks() * 512).sum()
    }

    /// From now on so much of it is free.
    pub fn leave_free(&self, bytes: u64) {
        let draft = self.told.path().join("bytes.draft");
        fs::write(&draft, (self.used() + bytes).to_string()).unwrap();
        fs::rename(draft, self.told.path().join("bytes")).unwrap();
    }

    /// From now on it has room for anything.
    pub fn grow(&self) {
        fs::remove_file(self.told.path().join("bytes")).unwrap();
    }
}

/// The library, which is built by whatever builds these tests.
fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/service/medium/preloaded.rs");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let draft = folder.join(format!("medium-{}.so", process::id()));
        let mut compiler = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()));
        compiler
            .args(["--edition", "2024", "--crate-type", "cdylib", "-O", "-o"])
            .arg(&draft)
            .arg(source);
        assert!(compiler.status().unwrap().success(), "build the medium");
        let library = folder.join("medium.so");
        fs::rename(draft, &library).unwrap();
        library
    })
}
