//! Names that nothing else has. Owns how they are made.

/// Bytes of chance in a name.
const BYTES: usize = 16;

/// A name that no other has, of digits and small letters.
///
/// # Errors
/// Where the system gives no randomness.
pub(crate) fn unlike_any_other() -> Result<String, getrandom::Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}
