//! The W3C trace context that an event came with: passed on as it is, or not at all.

/// The `traceparent` in `text`, if it is one: `version-trace-parent-flags` in 55 characters of lower-case hexadecimal.
///
/// What is longer is of a version that nobody wrote yet, what is all zeros names no trace: both are dropped, as a
/// trace that is broken in the middle is worth less than one that starts anew.
#[must_use]
pub fn traceparent(text: &str) -> Option<String> {
    let text = text.trim();
    let mut parts = text.split('-');
    let version = hex(parts.next()?, 2)?;
    let (trace, parent) = (hex(parts.next()?, 32)?, hex(parts.next()?, 16)?);
    hex(parts.next()?, 2)?;
    let names = |part: &str| part.bytes().any(|digit| digit != b'0');
    let whole = parts.next().is_none() && version != "ff" && names(trace) && names(parent);
    whole.then(|| text.to_owned())
}

fn hex(part: &str, digits: usize) -> Option<&str> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (part.len() == digits && part.bytes().all(is_digit)).then_some(part)
}

#[cfg(test)]
mod tests {
    use super::traceparent;

    #[test]
    fn only_a_whole_trace_context_is_passed_on() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(good.len(), 55);
        assert_eq!(traceparent(&format!(" {good} ")).as_deref(), Some(good));
        for bad in [
            "",
            "00",
            &good.to_uppercase(),
            &good.replacen("00", "ff", 1),
            &good.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            &good.replace("b7ad6b7169203331", &"0".repeat(16)),
            &good.replace('-', "_"),
            &format!("{good}-00"),
            good.strip_suffix("1").unwrap(),
            &good.replace("b7", "g7"),
            "00-sara@example.org",
        ] {
            assert_eq!(traceparent(bad), None, "{bad}");
        }
    }
}
