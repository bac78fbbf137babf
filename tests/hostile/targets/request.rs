//! Bodies of questions and commands, as every edge reads them.

use std::fmt::Debug;

use serde_json::value::RawValue;
use yekta::api::{
    self, ConsentRequest, ContextRequest, ExplainRequest, IdentityRequest, LookupRequest, MatchesRequest,
    MergesRequest, ProfileRequest, QrMintRequest, QrReadRequest, QrRedeemRequest, ReadersRequest,
    RejectionsRequest, TimelineRequest, UndoRequest, WordRequest,
};

use super::choice;

const READERS: [fn(&[u8]); 16] = [
    check::<LookupRequest>,
    check::<ContextRequest>,
    check::<ConsentRequest>,
    check::<WordRequest>,
    check::<UndoRequest>,
    check::<QrMintRequest>,
    check::<QrReadRequest>,
    check::<QrRedeemRequest>,
    check::<TimelineRequest>,
    check::<ProfileRequest>,
    check::<IdentityRequest>,
    check::<ExplainRequest>,
    check::<MatchesRequest>,
    check::<MergesRequest>,
    check::<RejectionsRequest>,
    check::<ReadersRequest>,
];

/// The first byte chooses the request.
pub fn read(bytes: &[u8]) {
    if let Some((chosen, body)) = choice(bytes, READERS.len()) {
        READERS[chosen](body);
    }
}

fn check<T: serde::de::DeserializeOwned + Debug>(body: &[u8]) {
    match api::read::<T>(body) {
        Ok(_) => {
            let is_json = body.is_empty() || serde_json::from_slice::<&RawValue>(body).is_ok();
            assert!(is_json, "read, and no JSON");
        }
        Err(failure) => {
            let told = failure.to_string();
            assert!(told.starts_with("bad_body: "), "refused with no code: {told}");
            assert!(told.len() < 200, "the refusal says too much");
        }
    }
}
