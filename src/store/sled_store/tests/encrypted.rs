//! What lies in sled where the folder has a data key, and what is taken of it.

use std::path::PathBuf;

use proptest::prelude::*;

use super::{
    rewrite::{CANARY, Model, apply, content, files_with, going_on},
    *,
};
use crate::{
    cipher::{Cipher, DataKeys, Refused},
    store::{Damage, OpenError},
};

/// A first key, and encryption under it.
fn keyed(plain: bool) -> (DataKeys, AtRest) {
    let keys = DataKeys::new(plain).unwrap();
    let cipher = Arc::new(Cipher::new(&keys).unwrap());
    (keys, Some(cipher))
}

fn open_by(dir: &Path, cipher: &AtRest) -> Store {
    Store::open_by(dir, CONFIG, cipher.clone()).unwrap()
}

fn with_canary(dir: &Path, cipher: &AtRest) -> Store {
    let store = open_by(dir, cipher);
    store
        .apply(
            at(1),
            [(b"c".as_slice(), Some(CANARY)), (b"d", Some(b"d"))].into_iter(),
        )
        .unwrap();
    store.flush().unwrap();
    store
}

/// What lies in sled under a key.
fn kept(store: &Store, key: &[u8]) -> Bytes {
    store.disk().ask("look", |db| db.get(key)).unwrap().unwrap()
}

fn put(store: &Store, key: &[u8], kept: &[u8]) {
    store.disk().ask("put", |db| db.insert(key, kept)).unwrap();
}

#[test]
fn values_lie_encrypted_in_every_file_and_are_read_as_they_were() {
    let [plain, encrypted] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    drop(with_canary(plain.path(), &None));
    assert!(
        !files_with(plain.path(), CANARY).is_empty(),
        "they would be found"
    );
    let (_, cipher) = keyed(false);
    drop(with_canary(encrypted.path(), &cipher));
    assert_eq!(files_with(encrypted.path(), CANARY), Vec::<PathBuf>::new());
    let store = open_by(encrypted.path(), &cipher);
    assert_eq!(store.get(b"c").unwrap().as_deref(), Some(CANARY));
    assert_eq!(store.applied().unwrap(), at(1));
}

#[test]
fn a_value_is_taken_from_its_own_key_as_it_was_written_and_from_nowhere_else() {
    let (_, cipher) = keyed(false);
    let canary = |store: &Store| kept(store, b"c").to_vec();
    type Spoil = fn(&mut Vec<u8>);
    let spoiled: [Spoil; 5] = [
        |value| value[1] ^= 1,
        |value| value[5] ^= 1,
        |value| *value.last_mut().unwrap() ^= 1,
        |value| value.truncate(3),
        |value| *value = b"put there by somebody".to_vec(),
    ];
    for spoil in spoiled {
        let folder = tempfile::tempdir().unwrap();
        let store = with_canary(folder.path(), &cipher);
        let mut value = canary(&store);
        spoil(&mut value);
        put(&store, b"c", &value);
        assert!(matches!(store.get(b"c"), Err(Error::Refused { .. })));
        assert!(store.is_damaged(), "the next start builds it again");
    }
    let folder = tempfile::tempdir().unwrap();
    let store = with_canary(folder.path(), &cipher);
    put(&store, b"d", &canary(&store));
    let scanned = store.scan(b"d", b"", Order::Ascending, &mut |_, _| {
        Ok(ControlFlow::Continue(()))
    });
    for refused in [store.get(b"d").map(drop), scanned] {
        let damaged = Error::Refused {
            refused: Refused::Damaged,
        };
        assert_eq!(refused.unwrap_err().to_string(), damaged.to_string());
    }
}

#[test]
fn what_was_kept_without_a_key_is_encrypted_by_rewriting() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    drop(with_canary(&dir, &None));
    let (keys, cipher) = keyed(true);
    let store = open_by(&dir, &cipher);
    let before = content(&store);
    store.rewrite(&mut going_on).unwrap();
    assert_eq!(files_with(folder.path(), CANARY), Vec::<PathBuf>::new());
    cipher.as_ref().unwrap().turn_to(&keys.from(keys.newest()));
    assert_eq!(content(&store), before);
    drop(store);
    crate::store::settle(&dir).unwrap();
    assert_eq!(content(&open_by(&dir, &cipher)), before);
}

#[test]
fn nothing_of_it_is_read_without_the_key_and_nothing_is_lost_by_trying() {
    let folder = tempfile::tempdir().unwrap();
    let (_, cipher) = keyed(false);
    drop(with_canary(folder.path(), &cipher));
    let refused = Store::open(folder.path(), CONFIG).unwrap_err();
    assert!(
        matches!(
            refused,
            OpenError::Io {
                source: Error::NoKey,
                ..
            }
        ),
        "{refused}"
    );
    let (_, other) = keyed(false);
    let refused = Store::open_by(folder.path(), CONFIG, other).unwrap_err();
    let is_refused = |damage: &Damage| matches!(damage, Damage::Unreadable(Error::Refused { .. }));
    assert!(
        matches!(&refused, OpenError::Corrupt { damage, .. } if is_refused(damage)),
        "{refused}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn keys_are_replaced_while_commits_come_and_what_was_rewritten_needs_the_newest_alone(
        commits in prop::collection::vec(
            prop::collection::vec((0..60_u16, prop::option::of(any::<u8>())), 1..30),
            2..20,
        ),
        turns in prop::collection::vec(any::<bool>(), 20),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("store");
        let (mut keys, cipher) = keyed(true);
        let config = StoreConfig { behind_bytes_max: 2_000, ..CONFIG };
        let store = Store::open_by(&dir, config, cipher.clone()).unwrap();
        let (mut model, used) = (Model::new(), cipher.as_ref().unwrap());
        for ((position, commit), turn) in (1..).zip(&commits).zip(turns) {
            apply(&store, &mut model, position, commit);
            if turn {
                keys = keys.with_another().unwrap();
                used.turn_to(&keys);
            }
        }
        let newest = keys.newest();
        store.rewrite(&mut going_on).unwrap();
        keys = keys.from(newest);
        used.turn_to(&keys);
        prop_assert_eq!(content(&store), model.clone());
        drop(store);
        crate::store::settle(&dir).unwrap();
        let alone = Some(Arc::new(Cipher::new(&keys).unwrap()));
        prop_assert_eq!(content(&open_by(&dir, &alone)), model);
    }
}
