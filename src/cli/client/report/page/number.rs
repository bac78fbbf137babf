//! How numbers are written for people.

/// Between a number and its unit: a line does not end there.
const JOINED: char = '\u{a0}';

/// In place of a number that is not known.
pub(super) const NONE: &str = "–";

/// A count, in groups of three digits.
pub(super) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number with so many places.
pub(super) fn decimal(number: f64, places: usize) -> String {
    // Beyond that the places say nothing, and a row of digits would burst the page.
    let written = match number.abs() < 1e12 {
        true => format!("{number:.places$}"),
        false => format!("{number:.1e}"),
    };
    match written.strip_prefix('-') {
        Some(zero) if zero.chars().all(|digit| matches!(digit, '0' | '.')) => zero.to_owned(),
        Some(written) => format!("−{written}"),
        None => written,
    }
}

/// The same, with a sign also of what is more than nothing.
pub(super) fn signed(number: f64, places: usize) -> String {
    let written = decimal(number, places);
    match written.chars().any(|digit| matches!(digit, '1'..='9')) && number > 0.0 {
        true => format!("+{written}"),
        false => written,
    }
}

/// A share, 0 to 1, in percent.
pub(super) fn percent(share: f64) -> String {
    in_percent(share * 100.0)
}

/// A number that is in percent already.
pub(super) fn in_percent(number: f64) -> String {
    format!("{}{JOINED}%", decimal(number, 1))
}

/// Seconds, in the two units that tell most of them.
pub(super) fn duration(seconds: f64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let Some(whole) = whole(seconds) else {
        return format!("{}{JOINED}s", decimal(seconds, 0));
    };
    let mut rest = whole;
    let parts = UNITS.map(|(unit, name)| {
        let many = rest / unit;
        rest %= unit;
        (many, name)
    });
    let told: Vec<String> = parts
        .iter()
        .skip_while(|(many, _)| *many == 0)
        .take(2)
        .filter(|(many, _)| *many > 0)
        .map(|(many, name)| format!("{many}{JOINED}{name}"))
        .collect();
    match told.is_empty() {
        true => format!("0{JOINED}s"),
        false => told.join(&JOINED.to_string()),
    }
}

/// A number that may be unknown.
pub(super) fn known(number: Option<f64>, written: impl Fn(f64) -> String) -> String {
    number.map_or_else(|| NONE.to_owned(), written)
}

/// An interval that may be unknown.
pub(super) fn interval(low: Option<f64>, high: Option<f64>, written: impl Fn(f64) -> String) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("{}{JOINED}to{JOINED}{}", written(low), written(high)),
        _ => NONE.to_owned(),
    }
}

/// Which part of a whole that is; of nothing it is none.
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    let float = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    float(part) / float(whole).max(1.0)
}

/// Of how many something is.
pub(super) fn of(n: u64) -> String {
    format!("n{JOINED}{}", count(n))
}

/// A count as what is drawn.
pub(super) fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The nearest whole number of what is no less than nothing, and no more seconds than a century has.
pub(super) fn whole(number: f64) -> Option<u64> {
    const WHOLE_MAX: f64 = 4e9;
    let is_told = (0.0..=WHOLE_MAX).contains(&number);
    is_told.then(|| format!("{number:.0}").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_have_no_sign_without_need() {
        let counts = [0, 999, 1_000, 1_234_567].map(count);
        assert_eq!(counts, ["0", "999", "1,000", "1,234,567"]);
        let decimals = [0.04, -0.04, -6.75, 1e15].map(|number| decimal(number, 1));
        assert_eq!(decimals, ["0.0", "0.0", "−6.8", "1.0e15"]);
        let signed = [0.04, -0.04, 6.75, -6.75].map(|number| signed(number, 1));
        assert_eq!(signed, ["0.0", "0.0", "+6.8", "−6.8"]);
        assert_eq!(percent(0.121), "12.1\u{a0}%");
        assert_eq!(interval(Some(1.0), None, |end| decimal(end, 0)), NONE);
    }

    #[test]
    fn a_time_is_told_in_its_two_largest_units() {
        let told = |seconds: f64| duration(seconds).replace('\u{a0}', " ");
        let times = [0.0, 59.6, 142.2, 7_200.5, 7_205.0, 64_210.5, 90_061.0].map(told);
        let expected = [
            "0 s",
            "1 min",
            "2 min 22 s",
            "2 h",
            "2 h",
            "17 h 50 min",
            "1 d 1 h",
        ];
        assert_eq!(times, expected);
        assert_eq!([-1.0, 1e300].map(told), ["−1 s", "1.0e300 s"]);
    }
}
