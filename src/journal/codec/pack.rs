//! Compression, bounded on the way back. Must never make room for more than bytes can expand to.

use crate::journal::codec::Reason;

/// The largest body that is ever unpacked: a bound on memory.
pub(crate) const BYTES_CEILING: u32 = 1 << 30;
/// lz4 expands no byte into more than this many.
const LZ4_RATIO_MAX: usize = 255;
/// Below this, lz4 has nothing to find.
const BYTES_MIN: usize = 128;

/// `body` compressed, where that saves at least an eighth.
pub(crate) fn pack(body: &[u8]) -> Option<Vec<u8>> {
    let mut packed = Vec::new();
    let bytes = pack_into(body, &mut packed, 0)?;
    packed.truncate(bytes);
    Some(packed)
}

/// Writes `body` compressed into `out` from `at` on, where that saves at least an eighth; how many bytes. `out` is made
/// larger where it has no room for the worst.
pub(crate) fn pack_into(body: &[u8], out: &mut Vec<u8>, at: usize) -> Option<usize> {
    if body.len() < BYTES_MIN {
        return None;
    }
    let end = at.saturating_add(lz4_flex::block::get_maximum_output_size(body.len()));
    if out.len() < end {
        out.resize(end, 0);
    }
    let packed = lz4_flex::block::compress_into(body, out.get_mut(at..)?).ok()?;
    (packed <= body.len() - body.len() / 8).then_some(packed)
}

/// The `length` bytes that were packed into `packed`.
pub(crate) fn unpack(packed: &[u8], length: u32) -> Result<Vec<u8>, Reason> {
    let bytes_max = packed.len().saturating_mul(LZ4_RATIO_MAX);
    let expected = usize::try_from(length).map_err(|_| "commit is too large")?;
    if length > BYTES_CEILING || expected > bytes_max {
        return Err("commit cannot expand to the length it says");
    }
    let mut body = vec![0; expected];
    match lz4_flex::block::decompress_into(packed, &mut body) {
        Ok(written) if written == expected => Ok(body),
        _ => Err("commit does not expand to the length it says"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expansion_that_lz4_cannot_do_is_refused_before_room_is_made() {
        let refused = Err("commit cannot expand to the length it says");
        assert_eq!(unpack(&[0xff; 25], u32::MAX), refused);
        assert_eq!(unpack(&[0xff; 25], 25 * 255 + 1), refused);
        let refused = Err("commit does not expand to the length it says");
        assert_eq!(unpack(&[0xff; 25], 25 * 255), refused);
    }

    #[test]
    fn what_was_packed_is_unpacked() {
        let body = [7; 100_000];
        let packed = pack(&body).unwrap();
        assert!(packed.len() < 2_000);
        assert_eq!(unpack(&packed, 100_000).unwrap(), body);
        assert_eq!(pack(&body[..100]), None);
    }
}
