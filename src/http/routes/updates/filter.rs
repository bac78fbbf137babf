//! Which messages a subscriber wants, told from their subjects and keys alone.

use std::collections::BTreeSet;

use crate::{
    domain::event::token,
    engine::{ProfileId, Update},
    http::failure::Failure,
};

/// The streams there are, and the word in a subject by which each is known.
const STREAMS: [(&str, &str); 5] = [
    ("updates", "profile"),
    ("context", "context"),
    ("action", "action"),
    ("insight", "insight"),
    ("dlq", "dlq"),
];

/// What a subscriber wants; what is not said is not asked of a message.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    streams: BTreeSet<&'static str>,
    profile: Option<String>,
    channel: Option<String>,
    kind: Option<String>,
}

/// Whose profiles a subscriber wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Everybody,
    One(ProfileId),
    Nobody,
}

impl Filter {
    /// Messages of the `streams`, by names with commas between (`updates` where none is said), about `profile`, on
    /// `channel`, of `kind`. A message that is on no channel, such as a profile's update, is not asked for its channel.
    ///
    /// # Errors
    /// When a stream is unknown.
    pub(crate) fn new(
        streams: Option<&str>,
        profile: Option<String>,
        channel: Option<&str>,
        kind: Option<&str>,
    ) -> Result<Self, Failure> {
        let names = streams
            .unwrap_or("updates")
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let known = names.map(|name| {
            let found = STREAMS.iter().find(|(stream, _)| *stream == name);
            found.map(|(stream, _)| *stream).ok_or_else(|| {
                let names: Vec<&str> = STREAMS.iter().map(|(stream, _)| *stream).collect();
                Failure::bad_request(
                    "unknown_stream",
                    format!("expected streams among {}", names.join(", ")),
                )
            })
        });
        let streams = known.collect::<Result<_, _>>()?;
        Ok(Self {
            streams,
            profile,
            channel: channel.map(token),
            kind: kind.map(token),
        })
    }

    /// Whether anything of a stream is wanted.
    pub(crate) fn wants(&self, stream: &str) -> bool {
        self.streams.contains(stream)
    }

    /// Whether every message about the profiles that are meant is wanted.
    pub(crate) fn wants_every_update(&self) -> bool {
        self.streams.contains("updates") && self.kind.is_none()
    }

    /// Whose profiles are wanted: of everybody, or of one, or of nobody where what was said is no id.
    pub(crate) fn whose(&self) -> Whose {
        match self.profile.as_deref().map(ProfileId::parse) {
            None => Whose::Everybody,
            Some(Some(id)) => Whose::One(id),
            Some(None) => Whose::Nobody,
        }
    }

    /// The stream of `update`, if the subscriber wants it.
    pub(crate) fn wanted(&self, update: &Update) -> Option<&'static str> {
        let mut words = update.words();
        let word = words.next()?;
        let (stream, _) = STREAMS.iter().find(|(_, known)| *known == word)?;
        let on_channel = matches!(*stream, "context" | "action");
        let channel = if on_channel { words.next() } else { None };
        let kind = words.next();
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let about = |id: &String| update.key.split(',').any(|one| one == id);
        let fits = self.streams.contains(stream)
            && (!on_channel || is(&self.channel, channel))
            && is(&self.kind, kind)
            && self.profile.as_ref().is_none_or(about);
        fits.then_some(*stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Position;

    fn check(filter: [Option<&str>; 4], subject: &str, expected: Option<&str>) {
        let [streams, profile, channel, kind] = filter;
        let filter = Filter::new(streams, profile.map(str::to_owned), channel, kind).unwrap();
        let subject = format!("yekta.v1.default.{subject}");
        let update = Update {
            position: Position(1),
            consumed: None,
            subject,
            key: "p1,p2".to_owned(),
            body: Vec::new(),
        };
        assert_eq!(filter.wanted(&update), expected, "{filter:?} {}", update.subject);
    }

    #[test]
    fn a_message_is_wanted_by_its_stream_profile_channel_and_kind() {
        let (updated, context) = ("profile.updated.p1", "context.web.page_viewed.p1");
        check([None; 4], updated, Some("updates"));
        check([None; 4], context, None);
        check(
            [Some("updates, context"), None, None, None],
            context,
            Some("context"),
        );
        check([Some("dlq"), None, None, None], "dlq.bad_time", Some("dlq"));
        let price = "insight.price_changed";
        check([Some("insight"), None, None, None], price, Some("insight"));
        check([Some("insight"), None, None, Some("Stock Changed")], price, None);
        check([None, Some("p2"), None, None], updated, Some("updates"));
        check([None, Some("p"), None, None], updated, None);
        check(
            [Some("context"), None, Some("Web"), None],
            context,
            Some("context"),
        );
        check([Some("context"), None, Some("store"), None], context, None);
        check([None, None, Some("store"), None], updated, Some("updates"));
        check([None, None, None, Some("merged")], updated, None);
        check(
            [Some("context"), None, None, Some("Page Viewed")],
            context,
            Some("context"),
        );
        check([Some(""), None, None, None], updated, None);
        let (action, segments) = ("action.sms.order_ready.p1", "profile.segments.p1");
        check([Some("action"), None, None, None], action, Some("action"));
        check(
            [Some("action"), Some("p1"), Some("SMS"), Some("Order Ready")],
            action,
            Some("action"),
        );
        check([Some("action"), None, Some("email"), None], action, None);
        check([None; 4], action, None);
        check([None, None, None, Some("segments")], segments, Some("updates"));
        check([None; 4], "j.marker", None);
    }

    #[test]
    fn an_unknown_stream_is_refused() {
        assert!(Filter::new(Some("updates,events"), None, None, None).is_err());
    }
}
