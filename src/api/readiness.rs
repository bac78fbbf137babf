//! Whether the service is ready, as far as its input stream goes.

/// How following the input stream fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Following {
    /// There is no stream to follow: what is posted is taken in directly.
    #[default]
    Nothing,
    /// Its broker cannot be reached.
    Disconnected,
    /// What came while the service was away is being read.
    CatchingUp,
    /// What comes is read as it comes.
    Live,
}

impl Following {
    /// Messages that may wait behind the last one read of a service that is called live: a busy stream is never empty.
    const BEHIND_MAX: u64 = 256;

    /// How it fares, from whether the broker is connected and how many messages wait, once that is known; `before` is
    /// how it was: who is live stays so while messages are read.
    pub fn next(before: Self, connected: bool, lag: Option<u64>) -> Self {
        match (connected, lag) {
            (false, _) => Self::Disconnected,
            (true, Some(_)) if before == Self::Live => Self::Live,
            (true, Some(lag)) if lag <= Self::BEHIND_MAX => Self::Live,
            (true, _) => Self::CatchingUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Following;

    #[test]
    fn a_service_is_live_once_it_has_caught_up_and_until_it_loses_the_stream() {
        let steps = [
            (true, None, Following::CatchingUp),
            (true, Some(10_000), Following::CatchingUp),
            (true, Some(3), Following::Live),
            (true, Some(5_000), Following::Live),
            (false, Some(5_000), Following::Disconnected),
            (true, Some(5_000), Following::CatchingUp),
            (true, Some(0), Following::Live),
            (true, None, Following::CatchingUp),
        ];
        let mut state = Following::CatchingUp;
        for (connected, lag, expected) in steps {
            state = Following::next(state, connected, lag);
            assert_eq!(state, expected, "{connected} {lag:?}");
        }
    }
}
