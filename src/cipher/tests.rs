//! That nothing is taken which was not written just so, just there, under one of the keys.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn cipher() -> (Cipher, DataKeys) {
    let keys = DataKeys::new(false).unwrap();
    (Cipher::new(&keys).unwrap(), keys)
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

proptest! {
    #[test]
    fn what_was_encrypted_is_read_where_it_was_written_and_nowhere_else(plain in bytes(), here in bytes(), there in bytes()) {
        let (cipher, _) = cipher();
        let encrypted = cipher.encrypt(Place::Value, &here, &plain);
        prop_assert_eq!(encrypted.len(), plain.len() + OVERHEAD_BYTES + NUMBER_BYTES);
        prop_assert_eq!(cipher.decrypt(Place::Value, &here, &encrypted), Ok(plain));
        prop_assert_eq!(cipher.decrypt(Place::Piece, &here, &encrypted), Err(Refused::Damaged));
        if here != there {
            prop_assert_eq!(cipher.decrypt(Place::Value, &there, &encrypted), Err(Refused::Damaged));
        }
    }
}

#[test]
fn ten_thousand_values_that_were_tampered_with_are_all_refused() {
    let (cipher, _) = cipher();
    let plain: Vec<u8> = (0..=255).cycle().take(1_200).collect();
    let encrypted = cipher.encrypt(Place::Value, b"key", &plain);
    let bits = 0..encrypted.len() * 8;
    let mut refused = 0;
    for bit in bits {
        let mut tampered = encrypted.clone();
        tampered[bit / 8] ^= 1 << (bit % 8);
        refused += usize::from(cipher.decrypt(Place::Value, b"key", &tampered).is_err());
    }
    for length in 0..encrypted.len() {
        refused += usize::from(
            cipher
                .decrypt(Place::Value, b"key", &encrypted[..length])
                .is_err(),
        );
    }
    assert!(refused > 10_000);
    assert_eq!(refused, encrypted.len() * 9);
}

#[test]
fn no_nonce_comes_twice() {
    let (cipher, keys) = cipher();
    let again = Cipher::new(&keys).unwrap();
    let nonces: BTreeSet<Vec<u8>> = [&cipher, &again]
        .into_iter()
        .flat_map(|cipher| (0..1_000).map(|_| cipher.encrypt(Place::Value, &[], b"same")[4..28].to_vec()))
        .collect();
    assert_eq!(nonces.len(), 2_000);
}

#[test]
fn former_keys_open_what_they_sealed_until_they_are_given_up() {
    let (cipher, keys) = cipher();
    let old = cipher.encrypt(Place::Value, b"key", b"old");
    let two = keys.with_another().unwrap();
    cipher.turn_to(&two);
    let new = cipher.encrypt(Place::Value, b"key", b"new");
    let read = |bytes: &[u8]| cipher.decrypt(Place::Value, b"key", bytes);
    assert_eq!(
        (read(&old), read(&new)),
        (Ok(b"old".to_vec()), Ok(b"new".to_vec()))
    );
    assert!(cipher.is_newest(&new) && !cipher.is_newest(&old) && !two.is_one());
    let one = two.from(two.newest());
    assert!(one.is_one());
    cipher.turn_to(&one);
    assert_eq!(
        (read(&old), read(&new)),
        (Err(Refused::GivenUp), Ok(b"new".to_vec()))
    );
}

#[test]
fn what_is_not_encrypted_is_taken_only_from_before_there_was_a_key() {
    let before = DataKeys::new(true).unwrap();
    let cipher = Cipher::new(&before).unwrap();
    assert_eq!(cipher.plain(), Ok(()));
    cipher.turn_to(&before.from(before.newest()));
    assert_eq!(cipher.plain(), Err(Refused::Plain));
}

#[test]
fn secrets_are_unwrapped_by_the_current_master_key_and_by_former_ones() {
    let [old, new] = ["0a".repeat(32), "0B".repeat(32)];
    let parsed = |text: &str| MasterKeys::parse(text).unwrap();
    let wrapped = parsed(&old).wrap(b"secrets").unwrap();
    let unwrapped = |text: &str| parsed(text).unwrap(&wrapped);
    assert_eq!(unwrapped(&old), Ok((b"secrets".to_vec(), true)));
    assert_eq!(
        unwrapped(&format!("{new}\n{old}\n")),
        Ok((b"secrets".to_vec(), false))
    );
    assert_eq!(unwrapped(&new), Err(Refused::Damaged));
    assert_ne!(parsed(&old).wrap(b"secrets").unwrap(), wrapped);
}

#[test]
fn keys_are_shown_by_nothing_and_nothing_else_is_a_key() {
    let key = "0f".repeat(32);
    let shown = format!("{:?} {:?}", MasterKeys::parse(&key), cipher());
    assert!(!shown.contains("0f0f") && !shown.contains("15, 15"), "{shown}");
    let many = vec![key.clone(); 17].join(" ");
    for bad in [
        "",
        " ",
        "0f",
        "0f0",
        &format!("{key} x"),
        &format!("{key}0f"),
        &many,
    ] {
        assert_eq!(MasterKeys::parse(bad), Err(MasterKeysError), "{}", bad.len());
    }
}
