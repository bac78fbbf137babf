//! Telephone numbers: any way of writing one becomes E.164 (`+989123456789`).
//!
//! Never hands anything but ASCII digits and one plus to the `phonenumber` crate, which has panicked on other input,
//! and believes its answer only when the result is a valid number as it stands.

use crate::domain::identifier::email::inside_angles;
use crate::domain::identifier::normalise::{Defect, Refusal};
use crate::domain::identifier::region::Region;
use phonenumber::metadata::{DATABASE, Metadata};
use phonenumber::{Mode, Type};

/// Characters of a number without its wrapping; E.164 has 15 digits, the rest is punctuation and prefixes.
const LENGTH_MAX: usize = 40;
/// Digits before any is dropped: 15, an international prefix, a trunk zero.
const DIGITS_MAX: usize = 20;
const DIGITS_MIN: usize = 4;
/// Digits of a number with its country code.
const E164_DIGITS_MAX: usize = 15;

/// The number in `folded` (which went through [`crate::domain::identifier::text::fold`]) in E.164.
///
/// `region` is where a number without a country code is dialled.
///
/// # Errors
/// [`Refusal::Empty`], [`Refusal::TooLong`] over 40 characters, or [`Refusal::Malformed`] with what is wrong.
pub fn normalise(folded: &str, region: Option<&Region>) -> Result<String, Refusal> {
    let number = dialled(folded)?;
    let found = match number.strip_prefix('+') {
        Some(digits) => international(digits),
        None => national(&number, *region.ok_or(Refusal::Malformed(Defect::NoRegion))?),
    };
    // Some plans are known by patterns that take more than any exchange does.
    let found = found.filter(|number| number.len() <= "+".len() + E164_DIGITS_MAX);
    found.ok_or(Refusal::Malformed(Defect::Number))
}

/// The digits of `folded`, behind a plus when the country code is among them: no wrapping, punctuation or extension.
///
/// # Errors
/// As [`normalise`].
pub(crate) fn dialled(folded: &str) -> Result<String, Refusal> {
    let (number, context) = unwrapped(folded);
    let number = without_extension(number).trim();
    if number.is_empty() {
        return Err(Refusal::Empty);
    }
    if number.chars().count() > LENGTH_MAX {
        return Err(Refusal::TooLong);
    }
    if !number.chars().all(is_dialling) {
        return Err(Refusal::Malformed(Defect::Characters));
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let pluses = number
        .trim_start_matches(['(', ' '])
        .strip_prefix('+')
        .map(|rest| rest.contains('+'));
    match (pluses, digits.strip_prefix("00")) {
        (Some(true), _) => Err(Refusal::Malformed(Defect::Characters)),
        (None, _) if number.contains('+') => Err(Refusal::Malformed(Defect::Characters)),
        _ if !(DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) => Err(Refusal::Malformed(Defect::Number)),
        (None, Some(international)) => Ok(format!("+{international}")),
        (Some(false), _) => Ok(format!("+{digits}")),
        (None, None) => Ok(format!("{context}{digits}")),
    }
}

/// The user part of a `tel:` or `sip:` address, and the country code its `phone-context` names (`+98`, or nothing).
pub(crate) fn unwrapped(text: &str) -> (&str, String) {
    let text = inside_angles(text);
    let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
    let (sip, address) = match scheme.to_ascii_lowercase().as_str() {
        "sip" | "sips" => (true, rest),
        "tel" => (false, rest),
        _ => (false, text),
    };
    let user = if sip {
        address.split(['@', ':']).next().unwrap_or(address)
    } else {
        address
    };
    let mut parts = user.split([';', '?']);
    let number = parts.next().unwrap_or(user).trim();
    let context = parts
        .find_map(|part| part.strip_prefix("phone-context=+"))
        .unwrap_or_default();
    let digits: String = context.chars().filter(char::is_ascii_digit).collect();
    (
        number,
        if digits.is_empty() {
            digits
        } else {
            format!("+{digits}")
        },
    )
}

/// The digits behind the country code of `dialled`; all of it where there is none.
pub(crate) fn national_part(dialled: &str) -> &str {
    let digits = dialled.strip_prefix('+').unwrap_or(dialled);
    let plans = (1..=3).filter_map(|length| digits.split_at_checked(length));
    let known = |code: &str| {
        code.parse::<u16>()
            .is_ok_and(|code| DATABASE.by_code(&code).is_some())
    };
    let split = plans
        .filter(|_| digits.len() < dialled.len())
        .find(|(code, _)| known(code));
    split.map_or(digits, |(_, national)| national)
}

fn without_extension(number: &str) -> &str {
    let lower = number.to_ascii_lowercase();
    let end = lower.find("ext").or_else(|| lower.find(['x', '#', ',']));
    end.and_then(|end| number.get(..end)).unwrap_or(number)
}

const fn is_dialling(c: char) -> bool {
    matches!(c, '0'..='9' | '+' | '-' | '.' | '/' | '(' | ')' | ' ' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn international(digits: &str) -> Option<String> {
    // A valid number is taken as it stands: the library would strip what looks like a trunk or IDD prefix, and a
    // region given with a plus makes it strip more (+994… parsed in FI).
    let literal = format!("+{digits}");
    if is_valid(&literal) {
        Some(literal)
    } else {
        parsed(None, &literal)
    }
}

fn national(digits: &str, region: Region) -> Option<String> {
    let plan = DATABASE.by_id(region.as_str())?;
    let code = plan.country_code();
    let trunk = plan
        .national_prefix()
        .and_then(|prefix| digits.strip_prefix(prefix));
    let literal = [trunk, Some(digits)]
        .into_iter()
        .flatten()
        .find(|number| belongs(plan, number));
    // What is left are the prefixes of other countries, of carriers, and country codes written without a plus.
    literal
        .map(|number| format!("+{code}{number}"))
        .or_else(|| parsed(Some(region), digits))
}

fn parsed(region: Option<Region>, number: &str) -> Option<String> {
    let number = phonenumber::parse(region.map(Region::id), number).ok()?;
    let e164 = number.format().mode(Mode::E164).to_string();
    is_valid(&e164).then_some(e164)
}

fn is_valid(e164: &str) -> bool {
    let digits = e164.strip_prefix('+').unwrap_or(e164);
    (1..=3)
        .filter_map(|length| digits.split_at_checked(length))
        .any(|(code, national)| {
            let plans = code
                .parse::<u16>()
                .ok()
                .filter(|_| !code.starts_with('0'))
                .and_then(|code| DATABASE.by_code(&code));
            plans.is_some_and(|plans| plans.iter().any(|plan| belongs(plan, national)))
        })
}

const TYPES: [Type; 10] = [
    Type::Mobile,
    Type::FixedLine,
    Type::Voip,
    Type::TollFree,
    Type::SharedCost,
    Type::PersonalNumber,
    Type::Uan,
    Type::PremiumRate,
    Type::Pager,
    Type::Voicemail,
];

/// Whether the numbering plan hands out `national`.
fn belongs(plan: &Metadata, national: &str) -> bool {
    let ranges = plan.descriptors();
    let assigned = TYPES
        .into_iter()
        .filter_map(|kind| ranges.get(kind))
        .any(|range| range.is_match(national));
    assigned && ranges.general().is_match(national)
}

#[cfg(test)]
mod tests;
