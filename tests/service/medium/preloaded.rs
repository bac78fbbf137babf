//! A medium between a process and the files of one folder, preloaded into it: a disk of a certain size, one sync of which
//! fails, and that writes down what was asked of it, in order. Built by the tests with `rustc` alone: the crate itself
//! forbids what it takes.
//!
//! `MEDIUM_FOLDER` says which folder. `MEDIUM_BYTES` names a file with the size of the disk, which may change meanwhile.
//! `MEDIUM_FAILING_SYNC` is the number of the sync that fails. `MEDIUM_TRACE` names the file that takes the records:
//! a letter, then path, offset and content, the first and the last behind their lengths (u32, little-endian).

#![allow(unsafe_op_in_unsafe_fn, reason = "all of it stands between C and C")]

use std::{
    ffi::{CStr, CString, OsStr, c_char, c_int, c_void},
    fs,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

const EIO: c_int = 5;
const ENOSPC: c_int = 28;
const O_TRUNC: c_int = 0o1000;
const O_CREAT_WRITE_APPEND: c_int = 0o100 | 0o1 | 0o2000;
const SEEK_CUR: c_int = 1;

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    fn __errno_location() -> *mut c_int;
    fn lseek64(file: c_int, offset: i64, whence: c_int) -> i64;
}

/// What the function of this name does without this library.
macro_rules! real {
    ($name:literal, fn($($argument:ty),*) -> $result:ty) => {{
        static FOUND: AtomicUsize = AtomicUsize::new(0);
        if FOUND.load(SeqCst) == 0 {
            // RTLD_NEXT
            FOUND.store(dlsym(usize::MAX as *mut c_void, $name.as_ptr()) as usize, SeqCst);
        }
        std::mem::transmute::<usize, unsafe extern "C" fn($($argument),*) -> $result>(FOUND.load(SeqCst))
    }};
}

unsafe fn refuse(error: c_int) {
    *__errno_location() = error;
}

struct Medium {
    folder: PathBuf,
    bytes: Option<PathBuf>,
    failing_sync: Option<usize>,
    syncs: AtomicUsize,
    trace: Option<Mutex<c_int>>,
}

/// `None` in a process that no test named a folder to.
fn medium() -> Option<&'static Medium> {
    static MEDIUM: OnceLock<Option<Medium>> = OnceLock::new();
    MEDIUM.get_or_init(Medium::from_environment).as_ref()
}

impl Medium {
    fn from_environment() -> Option<Self> {
        let told = |name| std::env::var_os(name).map(PathBuf::from);
        let trace = told("MEDIUM_TRACE").map(|path| {
            let path = CString::new(path.as_os_str().as_bytes()).unwrap();
            let open = unsafe { real!(c"open64", fn(*const c_char, c_int, c_int) -> c_int) };
            Mutex::new(unsafe { open(path.as_ptr(), O_CREAT_WRITE_APPEND, 0o600) })
        });
        Some(Self {
            folder: told("MEDIUM_FOLDER")?,
            bytes: told("MEDIUM_BYTES"),
            failing_sync: told("MEDIUM_FAILING_SYNC").map(|n| n.to_str().unwrap().parse().unwrap()),
            syncs: AtomicUsize::new(0),
            trace,
        })
    }

    /// The size of the disk, if it has one.
    fn size(&self) -> Option<u64> {
        fs::read_to_string(self.bytes.as_ref()?).ok()?.trim().parse().ok()
    }

    /// What is free of that.
    fn free(&self) -> Option<u64> {
        Some(self.size()?.saturating_sub(used(&self.folder)))
    }

    /// Whether a file may grow to `end`.
    fn has_room(&self, path: &Path, end: u64) -> bool {
        let grows = end.saturating_sub(fs::metadata(path).map_or(0, |file| file.len()));
        grows == 0 || self.free().is_none_or(|free| grows <= free)
    }

    /// Writes down what is done. What two threads do at once stands in the order in which it was done.
    fn done<T>(&self, what: u8, path: &Path, (offset, content): (u64, &[u8]), act: impl FnOnce() -> T) -> T {
        let Some(trace) = &self.trace else { return act() };
        let file = trace.lock().unwrap();
        let result = act();
        let path = path.as_os_str().as_bytes();
        let mut record = vec![what];
        record.extend((path.len() as u32).to_le_bytes());
        record.extend(path);
        record.extend(offset.to_le_bytes());
        record.extend((content.len() as u32).to_le_bytes());
        record.extend(content);
        unsafe {
            let write = real!(c"write", fn(c_int, *const c_void, usize) -> isize);
            write(*file, record.as_ptr().cast(), record.len());
        }
        result
    }
}

/// Bytes that the files below a folder take.
fn used(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(entry_is) if entry_is.is_dir() => used(&entry.path()),
            Ok(entry_is) => entry_is.blocks() * 512,
            Err(_) => 0,
        })
        .sum()
}

/// The medium and the path, if it is a file of its folder.
fn ours(path: PathBuf) -> Option<(&'static Medium, PathBuf)> {
    let medium = medium()?;
    path.starts_with(&medium.folder).then_some((medium, path))
}

fn file(file: c_int) -> Option<(&'static Medium, PathBuf)> {
    medium()?;
    ours(fs::read_link(format!("/proc/self/fd/{file}")).ok()?)
}

unsafe fn named(path: *const c_char) -> Option<(&'static Medium, PathBuf)> {
    ours(PathBuf::from(OsStr::from_bytes(CStr::from_ptr(path).to_bytes())))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn write(to: c_int, content: *const c_void, length: usize) -> isize {
    let real = real!(c"write", fn(c_int, *const c_void, usize) -> isize);
    let Some((medium, path)) = file(to) else {
        return real(to, content, length);
    };
    let offset = lseek64(to, 0, SEEK_CUR) as u64;
    if !medium.has_room(&path, offset + length as u64) {
        refuse(ENOSPC);
        return -1;
    }
    let bytes = std::slice::from_raw_parts(content.cast(), length);
    medium.done(b'W', &path, (offset, bytes), || real(to, content, length))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite64(to: c_int, content: *const c_void, length: usize, offset: i64) -> isize {
    let real = real!(c"pwrite64", fn(c_int, *const c_void, usize, i64) -> isize);
    let Some((medium, path)) = file(to) else {
        return real(to, content, length, offset);
    };
    if !medium.has_room(&path, offset as u64 + length as u64) {
        refuse(ENOSPC);
        return -1;
    }
    let bytes = std::slice::from_raw_parts(content.cast(), length);
    medium.done(b'W', &path, (offset as u64, bytes), || {
        real(to, content, length, offset)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite(to: c_int, content: *const c_void, length: usize, offset: i64) -> isize {
    pwrite64(to, content, length, offset)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate64(of: c_int, length: i64) -> c_int {
    let real = real!(c"ftruncate64", fn(c_int, i64) -> c_int);
    match file(of) {
        Some((medium, path)) => medium.done(b'T', &path, (length as u64, &[]), || real(of, length)),
        None => real(of, length),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate(of: c_int, length: i64) -> c_int {
    ftruncate64(of, length)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: c_int) -> c_int {
    let real = real!(c"open64", fn(*const c_char, c_int, c_int) -> c_int);
    match named(path) {
        Some((medium, name)) if flags & O_TRUNC != 0 => {
            medium.done(b'T', &name, (0, &[]), || real(path, flags, mode))
        }
        _ => real(path, flags, mode),
    }
}

/// Whether this sync is the one that fails; what a failed sync had to write is lost.
fn fails(medium: &Medium) -> bool {
    let number = medium.syncs.fetch_add(1, SeqCst) + 1;
    medium.failing_sync == Some(number)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fdatasync(of: c_int) -> c_int {
    let real = real!(c"fdatasync", fn(c_int) -> c_int);
    match file(of) {
        Some((medium, _)) if fails(medium) => {
            refuse(EIO);
            -1
        }
        Some((medium, path)) => medium.done(b'S', &path, (0, &[]), || real(of)),
        None => real(of),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fsync(of: c_int) -> c_int {
    fdatasync(of)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    let real = real!(c"rename", fn(*const c_char, *const c_char) -> c_int);
    match named(from) {
        Some((medium, path)) => {
            let target = CStr::from_ptr(to).to_bytes();
            medium.done(b'R', &path, (0, target), || real(from, to))
        }
        None => real(from, to),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    let real = real!(c"unlink", fn(*const c_char) -> c_int);
    match named(path) {
        Some((medium, name)) => medium.done(b'U', &name, (0, &[]), || real(path)),
        None => real(path),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlinkat(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    let real = real!(c"unlinkat", fn(c_int, *const c_char, c_int) -> c_int);
    let name = Path::new(OsStr::from_bytes(CStr::from_ptr(path).to_bytes()));
    match file(folder) {
        Some((medium, of)) => {
            medium.done(b'U', &of.join(name), (0, &[]), || real(folder, path, flags))
        }
        None => real(folder, path, flags),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn posix_fallocate64(of: c_int, offset: i64, length: i64) -> c_int {
    let real = real!(c"posix_fallocate64", fn(c_int, i64, i64) -> c_int);
    match file(of) {
        Some((medium, path)) if !medium.has_room(&path, (offset + length) as u64) => ENOSPC,
        _ => real(of, offset, length),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn posix_fallocate(of: c_int, offset: i64, length: i64) -> c_int {
    posix_fallocate64(of, offset, length)
}

/// Of the answer, 64-bit words: block size, fragment size, blocks, free, available.
#[unsafe(no_mangle)]
unsafe extern "C" fn statvfs64(path: *const c_char, answer: *mut u64) -> c_int {
    let real = real!(c"statvfs64", fn(*const c_char, *mut u64) -> c_int);
    let result = real(path, answer);
    if let Some((medium, _)) = named(path)
        && let (Some(size), Some(free)) = (medium.size(), medium.free())
    {
        for (word, value) in [(1, 1), (2, size), (3, free), (4, free)] {
            *answer.add(word) = value;
        }
    }
    result
}

#[unsafe(no_mangle)]
unsafe extern "C" fn statvfs(path: *const c_char, answer: *mut u64) -> c_int {
    statvfs64(path, answer)
}
