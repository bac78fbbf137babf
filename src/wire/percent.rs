//! Percent-encoding (RFC 3986, section 2.1): in addresses, and in headers as `CloudEvents` has them.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All but the unreserved letters of RFC 3986.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// All but visible ASCII, and what encodes or quotes (CloudEvents HTTP binding 1.0.2, section 3.1.3.2).
const HEADER: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

/// `text` as a value in an address' query.
pub(crate) fn for_query(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

/// `text` as the value of a header.
pub(crate) fn for_header(text: &str) -> String {
    utf8_percent_encode(text, HEADER).to_string()
}

/// `text` with what is encoded in it decoded; `None` where that is not UTF-8. What only looks encoded stays as it is.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    Some(text.into_owned())
}
