//! A flow's steps in words, for whoever reads what it does: conditions as they were written, times in the largest unit that
//! says them exactly.

use crate::decide::rule::{
    condition::Condition,
    flow::{Act, Signal, Step},
};

/// Units of time in microseconds, the largest first.
const UNITS: [(u64, &str); 5] = [
    (86_400_000_000, "d"),
    (3_600_000_000, "h"),
    (60_000_000, "m"),
    (1_000_000, "s"),
    (1_000, "ms"),
];

/// A time in words, such as `36h`.
pub fn span(micros: u64) -> String {
    let exact = UNITS
        .iter()
        .find(|(unit, _)| micros >= *unit && micros.is_multiple_of(*unit));
    match exact {
        Some((unit, name)) => format!("{}{name}", micros.checked_div(*unit).unwrap_or_default()),
        None if micros == 0 => "0s".to_owned(),
        None => format!("{micros}us"),
    }
}

impl Signal {
    /// In words, such as `order_completed if then.sku == event.sku`.
    pub fn words(&self) -> String {
        match &self.when {
            Some(when) => format!("{} if {}", self.on, when.text()),
            None => self.on.clone(),
        }
    }
}

impl Step {
    /// In words, such as `wait 1d`.
    pub fn words(&self) -> String {
        match self {
            Self::Wait(micros) => format!("wait {}", span(*micros)),
            Self::Until { at, before_us: 0 } => format!("wait until {}", at.text()),
            Self::Until { at, before_us } => {
                format!("wait until {} before {}", span(*before_us), at.text())
            }
            Self::For {
                signals,
                within_us,
                unless,
            } => {
                let wait = match unless {
                    true => "go on unless",
                    false => "wait for",
                };
                let signals: Vec<String> = signals.iter().map(Signal::words).collect();
                format!("{wait} {} within {}", signals.join(" or "), span(*within_us))
            }
            Self::Check(condition) => format!("end unless {}", condition.text()),
            Self::Act(act) => act.words(),
        }
    }
}

impl Act {
    /// In words, such as `send sms order_ready for service`.
    pub fn words(&self) -> String {
        let (what, with) = match self {
            Self::Send {
                channel,
                purpose,
                template,
                with,
                ..
            } => (format!("send {channel} {template} for {purpose}"), with),
            Self::Ask { channel, name, with } => (format!("ask {channel} for {name}"), with),
            Self::Assign {
                team,
                within_us,
                with,
                ..
            } => {
                let within = within_us.map(|within| format!(" within {}", span(within)));
                (format!("assign to {team}{}", within.unwrap_or_default()), with)
            }
        };
        let with = with.iter().map(|(name, value)| said(name, value));
        let with: Vec<String> = with.collect();
        match with.is_empty() {
            true => what,
            false => format!("{what} with {}", with.join(", ")),
        }
    }
}

fn said(name: &str, value: &Condition) -> String {
    format!("{name} = {}", value.text())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn condition(text: &str) -> Condition {
        Condition::parse(text).unwrap()
    }

    #[test]
    fn a_time_is_said_in_the_largest_unit_that_says_it() {
        for (micros, words) in [
            (0, "0s"),
            (86_400_000_000, "1d"),
            (129_600_000_000, "36h"),
            (5_400_000_000, "90m"),
            (45_000_000, "45s"),
            (1_500_000, "1500ms"),
            (1, "1us"),
        ] {
            assert_eq!(span(micros), words);
        }
    }

    #[test]
    fn steps_are_said_in_words() {
        let order = || Signal {
            on: "order_completed".to_owned(),
            when: Some(condition("event.properties.sku == then.properties.sku")),
        };
        let with = BTreeMap::from([("code".to_owned(), condition("event.properties.code"))]);
        let steps = [
            Step::Wait(3_600_000_000),
            Step::Until {
                at: condition("event.expires"),
                before_us: 7_200_000_000,
            },
            Step::Until {
                at: condition("event.expires"),
                before_us: 0,
            },
            Step::For {
                signals: vec![order()],
                within_us: 86_400_000_000,
                unless: true,
            },
            Step::For {
                signals: vec![
                    order(),
                    Signal {
                        when: None,
                        ..order()
                    },
                ],
                within_us: 60_000_000,
                unless: false,
            },
            Step::Check(condition("event.properties.total > 3.0")),
            Step::Act(Act::Send {
                channel: "sms".to_owned(),
                purpose: "marketing".to_owned(),
                template: "reminder".to_owned(),
                team: None,
                priority: 5,
                with,
            }),
            Step::Act(Act::Ask {
                channel: "pos".to_owned(),
                name: "print".to_owned(),
                with: BTreeMap::new(),
            }),
        ];
        assert_eq!(
            steps.each_ref().map(Step::words),
            [
                "wait 1h",
                "wait until 2h before event.expires",
                "wait until event.expires",
                "go on unless order_completed if event.properties.sku == then.properties.sku within 1d",
                "wait for order_completed if event.properties.sku == then.properties.sku or order_completed within 1m",
                "end unless event.properties.total > 3.0",
                "send sms reminder for marketing with code = event.properties.code",
                "ask pos for print",
            ]
        );
    }
}
