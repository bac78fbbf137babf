//! A snapshot that came from elsewhere: kept where it can be opened, and gone where it cannot.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::*;
use crate::store::{Applied, snapshot::Draft};

fn master(digits: &str) -> MasterKeys {
    MasterKeys::parse(&digits.repeat(32)).unwrap()
}

/// A snapshot of a folder, in the folder of another.
fn fetched(from: &Folder, into: &Path) -> PathBuf {
    let mut draft = Draft::begin(&into.join("snapshots"), from.secrets().cipher().clone()).unwrap();
    draft.add(b"key", Some(b"value")).unwrap();
    let closed = draft.close(Applied::default(), "stream".to_owned(), from.secrets_check());
    closed.unwrap().keep().unwrap()
}

#[test]
fn a_fetched_snapshot_stays_where_it_opens_and_goes_where_it_does_not() {
    let [owning, same, other, plain] = [(); 4].map(|()| tempfile::tempdir().unwrap());
    let owner = Folder::hold(owning.path(), Some(&master("5a"))).unwrap();
    owner.secrets().keep(false).unwrap();
    fs::copy(owning.path().join("secrets"), same.path().join("secrets")).unwrap();
    for (dir, key, stays) in [
        (&same, Some(master("5a")), true),
        (&other, Some(master("5a")), false),
        (&plain, None, false),
    ] {
        let folder = Folder::hold(dir.path(), key.as_ref()).unwrap();
        let path = fetched(&owner, dir.path());
        folder.remove_unopened(&path).unwrap();
        assert_eq!(path.exists(), stays, "{}", dir.path().display());
        let left = fs::read_dir(dir.path().join("snapshots")).unwrap().count();
        assert_eq!(left, usize::from(stays), "nothing is left under another name");
    }
    let folder = Folder::hold(&plain.path().join("another"), None).unwrap();
    let path = fetched(&folder, plain.path());
    folder.remove_unopened(&path).unwrap();
    assert!(path.exists(), "what nothing encrypts is opened without a key");
}
