//! E-mail addresses: one spelling per mailbox.
//!
//! Folds the case of the whole address (no provider in use tells mailboxes apart by case) and writes the domain in
//! ASCII (IDNA). Never drops dots or `+tags`: what they mean is the provider's matter.

use crate::domain::identifier::normalise::{Defect, Refusal};
use crate::domain::identifier::text;
use idna::AsciiDenyList;

/// RFC 5321: a path of 256 octets, less its angle brackets.
const LENGTH_MAX: usize = 254;

/// The address in `folded` (which went through [`text::fold`]), without display name and `mailto:`.
///
/// # Errors
/// [`Refusal::Empty`], [`Refusal::TooLong`] over 254 bytes, or [`Refusal::Malformed`] with what is wrong.
pub fn normalise(folded: &str) -> Result<String, Refusal> {
    let address = without_scheme(inside_angles(folded));
    if address.is_empty() {
        return Err(Refusal::Empty);
    }
    // Before IDNA, which is slower than linear on long labels.
    if address.len() > LENGTH_MAX {
        return Err(Refusal::TooLong);
    }
    let (local, domain) = address.split_once('@').ok_or(Refusal::Malformed(Defect::NoAt))?;
    let local = text::fold(&local.to_lowercase());
    if local.is_empty() || !local.chars().all(is_local) {
        return Err(Refusal::Malformed(Defect::LocalPart));
    }
    let domain = idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::URL)
        .map_err(|_| Refusal::Malformed(Defect::Domain))?;
    if !is_host(&domain) {
        return Err(Refusal::Malformed(Defect::Domain));
    }
    let normalised = format!("{local}@{domain}");
    if normalised.len() > LENGTH_MAX {
        Err(Refusal::TooLong)
    } else {
        Ok(normalised)
    }
}

/// The address of `Sara <s@x.ir>`, or all of a text without angle brackets.
pub(crate) fn inside_angles(text: &str) -> &str {
    let text = text.trim();
    let inside = text.strip_suffix('>').and_then(|open| open.rsplit_once('<'));
    inside.map_or(text, |(_, inside)| inside.trim())
}

fn without_scheme(address: &str) -> &str {
    match address.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto") => {
            rest.split_once('?').map_or(rest, |(address, _)| address).trim()
        }
        _ => address,
    }
}

fn is_local(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !r#""(),:;<>[\]@"#.contains(c)
}

/// At least two labels, none empty or longer than DNS allows.
fn is_host(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            let plain = label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
            plain && (1..=63).contains(&label.len())
        })
}

#[cfg(test)]
mod tests {
    use super::{Defect, Refusal, normalise};

    #[test]
    fn spellings_of_one_mailbox_become_one() {
        for (raw, address) in [
            ("  Sara@Example.COM ", "sara@example.com"),
            ("Sara Karimi <S@x.ir>", "s@x.ir"),
            ("\"Karimi, Sara\" < s@x.ir >", "s@x.ir"),
            ("mailto:s@x.ir", "s@x.ir"),
            ("MAILTO:s@x.ir?subject=hi", "s@x.ir"),
            ("<mailto:s@x.ir>", "s@x.ir"),
            ("s@bücher.example", "s@xn--bcher-kva.example"),
            ("s.a+shop@gmail.com", "s.a+shop@gmail.com"),
            ("s@مثال.ایران", "s@xn--mgbh0fb.xn--mgba3a4f16a"),
        ] {
            assert_eq!(normalise(raw).as_deref(), Ok(address), "{raw}");
        }
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (raw, defect) in [
            ("sara", Defect::NoAt),
            ("@x.ir", Defect::LocalPart),
            ("sa ra@x.ir", Defect::LocalPart),
            ("a,b@x.ir", Defect::LocalPart),
            ("s@", Defect::Domain),
            ("s@localhost", Defect::Domain),
            ("s@x..ir", Defect::Domain),
            ("s@x.ir.", Defect::Domain),
            ("s@t@x.ir", Defect::Domain),
            ("s@x y.ir", Defect::Domain),
        ] {
            assert_eq!(normalise(raw), Err(Refusal::Malformed(defect)), "{raw}");
        }
        assert_eq!(normalise("mailto:"), Err(Refusal::Empty));
        assert_eq!(
            normalise(&format!("{}@x.ir", "a".repeat(250))),
            Err(Refusal::TooLong)
        );
    }
}
