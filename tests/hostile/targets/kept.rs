//! Stored records: bytes as they are, and bodies behind a right checksum, which damage alone would hardly ever have.

use yekta::{
    domain::{event::Event, identity::Word},
    store::{
        AnswerRecord, Applied, AtomRecord, FormerRecord, ForwardRecord, InputRecord, ProfileRecord, QrRecord,
        RejectionRecord, RenewalRecord, RulesRecord, SeenRecord, WordsRecord,
        codec::{self, Record},
        snapshot::Contents,
    },
};

use super::choice;

/// What reads a body as one type of record.
type Reader = fn(&[u8]);

const READERS: [Reader; 16] = [
    check::<AtomRecord>,
    check::<Event>,
    check::<ProfileRecord>,
    check::<FormerRecord>,
    check::<ForwardRecord>,
    check::<QrRecord>,
    check::<AnswerRecord>,
    check::<RejectionRecord>,
    check::<InputRecord>,
    check::<SeenRecord>,
    check::<WordsRecord>,
    check::<RulesRecord>,
    check::<RenewalRecord>,
    check::<Word>,
    check::<Applied>,
    check::<Contents>,
];

/// The first byte chooses the type.
pub fn record(bytes: &[u8]) {
    if let Some((chosen, body)) = choice(bytes, READERS.len()) {
        READERS[chosen](body);
    }
}

fn check<T: Record + PartialEq>(body: &[u8]) {
    // Of four bytes of checksum one in four billion is right by chance.
    let raw = codec::decode::<T>(body);
    assert!(
        raw.is_err() || codec::check(body).is_ok(),
        "believed without a checksum"
    );
    let sealed = sealed(T::VERSION, body);
    codec::check(&sealed).expect("the envelope is right");
    let record = match codec::decode::<T>(&sealed) {
        Ok(record) => record,
        Err(error) => {
            assert_eq!(error.record, T::NAME);
            assert_ne!(error.fault, codec::Fault::Checksum);
            return;
        }
    };
    let encoded = codec::encode(&record).expect("what was read can be written");
    let again: T = codec::decode(&encoded).expect("what was written can be read");
    assert!(again == record, "what is written is another record");
    assert!(
        codec::encode(&again).as_ref() == Ok(&encoded),
        "written in two ways"
    );
    refused(&record, &sealed, body);
}

/// The same bytes with one more, one less, a wrong checksum or another version are no record.
fn refused<T: Record + PartialEq>(_: &T, envelope: &[u8], body: &[u8]) {
    let is_refused = |bytes: &[u8]| codec::decode::<T>(bytes).is_err();
    assert!(
        is_refused(&sealed(T::VERSION, &[body, &[0]].concat())),
        "with a byte behind it"
    );
    assert!(
        is_refused(&sealed(T::VERSION.wrapping_add(1), body)),
        "of another version"
    );
    if let Some((_, shorter)) = body.split_last() {
        assert!(is_refused(&sealed(T::VERSION, shorter)), "without its last byte");
    }
    let mut damaged = envelope.to_vec();
    damaged[envelope.len() / 2] ^= 1;
    assert!(is_refused(&damaged), "with a flipped bit");
}

/// The envelope that the codec would make of `body`.
fn sealed(version: u8, body: &[u8]) -> Vec<u8> {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&[version]);
    sum.update(body);
    let mut bytes = vec![version];
    bytes.extend_from_slice(&sum.finalize().to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}
