//! Times of the day that begin in the evening and end in the morning, too.

/// Whether a minute of the day is within the hours from one minute up to another, of the next day where that is the smaller.
/// Of the same twice: none is.
pub(in crate::decide) fn covers((from, until): (u16, u16), minute: u16) -> bool {
    if from <= until {
        (from..until).contains(&minute)
    } else {
        minute >= from || minute < until
    }
}
