//! Records of every shape, whole and broken.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::store::depth::{LEVELS_MAX, TOO_DEEP};

/// Types as the domain declares them: they know nothing of the store.
mod sample {
    use std::collections::BTreeMap;

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct Position(pub(super) u64);

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) enum Trust {
        Observed,
        Stated,
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) enum Value {
        Null,
        Text(String),
        Range { from: i64, to: i64 },
        List(Vec<Value>),
        Map(BTreeMap<String, Value>),
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct Row {
        pub(super) position: Position,
        pub(super) trust: Option<Trust>,
        pub(super) value: Value,
    }
}
use sample::{Position, Row, Trust, Value};

crate::store::layout! {
    tuple crate::store::codec::tests::sample::Position(0)
    enum crate::store::codec::tests::sample::Trust { 0 => Observed, 1 => Stated }
    enum crate::store::codec::tests::sample::Value {
        0 => Null,
        1 => Text(text),
        2 => Range { from, to },
        3 => List(items),
        4 => Map(entries),
    }
    struct crate::store::codec::tests::sample::Row { position, trust, value }
}

impl Record for Row {
    const VERSION: u8 = 3;
    const NAME: &'static str = "row";
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<String>().prop_map(Value::Text),
        any::<(i64, i64)>().prop_map(|(from, to)| Value::Range { from, to }),
    ];
    leaf.prop_recursive(6, 48, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(Value::Map),
        ]
    })
}

fn rows() -> impl Strategy<Value = Row> {
    let trust = prop::option::of(prop_oneof![Just(Trust::Observed), Just(Trust::Stated)]);
    (any::<u64>(), trust, values()).prop_map(|(position, trust, value)| Row {
        position: Position(position),
        trust,
        value,
    })
}

fn row(value: Value) -> Row {
    Row {
        position: Position(300),
        trust: Some(Trust::Stated),
        value,
    }
}

/// A sound envelope around any body.
fn sealed(version: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![version];
    bytes.extend(checksum(version, body).to_le_bytes());
    bytes.extend(body);
    bytes
}

fn fault(bytes: &[u8]) -> Fault {
    let error = decode::<Row>(bytes).unwrap_err();
    assert_eq!(error.record, "row");
    error.fault
}

fn nested(levels: u32) -> Value {
    (0..levels).fold(Value::Null, |inner, _| Value::List(vec![inner]))
}

proptest! {
    #[test]
    fn a_record_comes_back_as_it_was(row in rows()) {
        let bytes = encode(&row).unwrap();
        prop_assert_eq!(decode::<Row>(&bytes).unwrap(), row);
    }

    #[test]
    fn hostile_bodies_are_errors_or_records_but_never_panics(
        body in prop::collection::vec(prop_oneof![0_u8..6, Just(253), any::<u8>()], 0..64),
    ) {
        if let Ok(row) = decode::<Row>(&sealed(Row::VERSION, &body)) {
            prop_assert_eq!(decode::<Row>(&encode(&row).unwrap()).unwrap(), row);
        }
    }
}

#[test]
fn the_layout_is_the_list_of_fields() {
    let bytes = encode(&row(Value::Range { from: 1, to: -1 })).unwrap();
    // 300 as a marked u16, present, Stated, then tag 2 and two zigzag numbers.
    assert_eq!(bytes, sealed(3, &[251, 44, 1, 1, 1, 2, 2, 1]));
    let entries = BTreeMap::from([("a".to_owned(), Value::Null)]);
    let bytes = encode(&row(Value::Map(entries))).unwrap();
    assert_eq!(bytes, sealed(3, &[251, 44, 1, 1, 1, 4, 1, 1, b'a', 0]));
}

#[test]
fn every_flipped_bit_is_noticed() {
    let bytes = encode(&row(Value::Text("plain".to_owned()))).unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            assert_eq!(fault(&flipped), Fault::Checksum, "byte {at} bit {bit}");
        }
    }
}

#[test]
fn every_cut_is_noticed() {
    let bytes = encode(&row(Value::Text("plain".to_owned()))).unwrap();
    for length in 0..bytes.len() {
        assert!(
            matches!(fault(&bytes[..length]), Fault::TooShort { .. } | Fault::Checksum),
            "{length}"
        );
    }
    // Also where the checksum was made over the cut body.
    let body = &bytes[HEADER_BYTES..];
    for length in 0..body.len() {
        assert_eq!(
            fault(&sealed(3, &body[..length])),
            Fault::Malformed("it ends too early"),
            "{length}"
        );
    }
}

#[test]
fn bytes_behind_the_record_are_refused() {
    let mut bytes = encode(&row(Value::Null)).unwrap();
    bytes.push(0);
    assert_eq!(fault(&bytes), Fault::Checksum);
    let body = [&bytes[HEADER_BYTES..], &[0, 0]].concat();
    assert_eq!(fault(&sealed(3, &body)), Fault::Trailing { bytes: 3 });
}

#[test]
fn another_version_is_told_from_damage() {
    let bytes = encode(&row(Value::Null)).unwrap();
    let other = sealed(4, &bytes[HEADER_BYTES..]);
    assert_eq!(
        fault(&other),
        Fault::Version {
            found: 4,
            expected: 3
        }
    );
    assert_eq!(
        decode::<Row>(&other).unwrap_err().to_string(),
        "stored row record is refused: version 4, expected 3"
    );
}

#[test]
fn an_unknown_variant_names_its_type() {
    let Fault::UnknownVariant { type_name, found: 9 } = fault(&sealed(3, &[0, 0, 9])) else {
        panic!("expected an unknown variant");
    };
    assert!(type_name.ends_with("sample::Value"), "{type_name}");
}

#[test]
fn a_claimed_length_is_refused_before_anything_is_allocated() {
    // Position 0, no trust, then a text (1), list (3) or map (4) of so many items, in 25 bytes.
    for tag in [1, 3, 4] {
        for length in [u64::MAX, 1 << 63, 1 << 62, 1 << 56, 1 << 40, 1 << 29] {
            let mut body = vec![0, 0, tag, 253];
            body.extend(length.to_le_bytes());
            body.extend([0; 8]);
            let bomb = sealed(3, &body);
            assert_eq!(bomb.len(), 25);
            let refused = Fault::Malformed("it claims more memory than a record may take");
            assert_eq!(fault(&bomb), refused, "tag {tag} length {length}");
        }
    }
}

#[test]
fn the_deepest_record_that_encodes_also_decodes() {
    // The row is one level, the innermost null another.
    let deepest = row(nested(LEVELS_MAX - 2));
    assert_eq!(decode::<Row>(&encode(&deepest).unwrap()).unwrap(), deepest);
    let deeper = encode(&row(nested(LEVELS_MAX - 1))).unwrap_err();
    assert_eq!(deeper.fault, Fault::Malformed(TOO_DEEP));
    assert!(encode(&deepest).is_ok(), "the refused one gave its levels back");
}

#[test]
fn a_body_full_of_nested_lists_does_not_overflow_the_stack() {
    // One list of one item costs two bytes: as many levels as the largest body can hold.
    let mut body = vec![0, 0];
    body.extend([3, 1].repeat((BODY_BYTES_MAX - body.len()) / 2));
    assert_eq!(body.len(), BODY_BYTES_MAX);
    let bomb = sealed(3, &body);
    let small_stack = std::thread::Builder::new().stack_size(1 << 20);
    let reason = small_stack.spawn(move || fault(&bomb)).unwrap().join().unwrap();
    assert_eq!(reason, Fault::Malformed(TOO_DEEP));
}

#[test]
fn what_is_too_long_is_refused_in_both_directions() {
    let fits = row(Value::Text("x".repeat(BODY_BYTES_MAX - 16)));
    assert_eq!(decode::<Row>(&encode(&fits).unwrap()).unwrap(), fits);
    let long = row(Value::Text("x".repeat(BODY_BYTES_MAX)));
    assert!(matches!(encode(&long).unwrap_err().fault, Fault::TooLong { .. }));
    let bytes = sealed(3, &vec![0; BODY_BYTES_MAX + 1]);
    assert_eq!(
        fault(&bytes),
        Fault::TooLong {
            bytes: BODY_BYTES_MAX + 1
        }
    );
}

#[test]
fn a_full_body_of_small_items_decodes() {
    let items = BODY_BYTES_MAX - 16;
    let full = row(Value::List(vec![Value::Null; items]));
    let bytes = encode(&full).unwrap();
    assert_eq!(decode::<Row>(&bytes).unwrap(), full);
}
