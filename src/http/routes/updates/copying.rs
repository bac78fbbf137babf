//! A snapshot before the stream: every live profile, in the order of the ids, while commits go on.
//!
//! In turns, what happened meanwhile to those who were told already is told, and then some more are. So the subscriber
//! holds at each moment everything up to one position about the profiles up to one id, and that is its
//! [`Cursor`](crate::http::routes::updates::cursor::Cursor).

use futures_util::future::select_all;
use serde::Serialize;
use tokio::sync::watch;

use crate::{
    api::ProfileAnswer,
    engine::{Position, ProfileId, Query, Update, queries::copies::Copied},
    http::routes::updates::cursor::{Copying, Told},
    wire::out::update::{ends, version_of},
};

/// The body of a `snapshot` event.
#[derive(Serialize)]
struct Body<'a> {
    profile: &'a str,
    version: u64,
    document: ProfileAnswer,
}

impl Copying {
    /// Goes on to `update`; whether it is told: it concerns somebody who was told, and is news.
    pub(super) fn pass(&mut self, update: &Update) -> bool {
        // What is about nobody's profile is told in any case.
        if !update.is_of_profiles() {
            return true;
        }
        let told = self.told.as_mut();
        told.is_some_and(|told| told.concerns(update) && !told.knows(update))
    }

    /// Goes on to a profile: what is told of it.
    pub(super) fn copy(&mut self, copied: Copied) -> serde_json::Result<String> {
        let Copied { portrait, is_ahead } = copied;
        let (profile, version) = (portrait.id, portrait.version);
        self.told = Some(Told {
            profile,
            ahead: is_ahead.then_some(version),
        });
        serde_json::to_string(&Body {
            profile: &profile.to_string(),
            version,
            document: portrait.into(),
        })
    }
}

/// Waits until the profile that is ahead is there as it was told: who told it may have been further than this process is. `changes` fire
/// with what may bring it.
pub(super) async fn until_there(
    query: &Query,
    mut changes: Vec<watch::Receiver<Position>>,
    copying: Option<Copying>,
) {
    let Some((profile, version)) = copying.and_then(Copying::ahead) else {
        return;
    };
    loop {
        for change in &mut changes {
            change.borrow_and_update();
        }
        let query = query.clone();
        let asking = tokio::task::spawn_blocking(move || query.is_to_come(profile, version));
        // What cannot be read is told of by what is read next.
        if !matches!(asking.await, Ok(Ok(true))) {
            return;
        }
        let changing = changes.iter_mut().map(|change| Box::pin(change.changed()));
        if select_all(changing).await.0.is_err() {
            return;
        }
    }
}

impl Told {
    fn concerns(&self, update: &Update) -> bool {
        let ids = update.key.split(',').filter_map(ProfileId::parse);
        ids.min().is_some_and(|first| first <= self.profile)
    }

    /// Whether it was told already, with the profile itself.
    fn knows(&mut self, update: &Update) -> bool {
        let Some(ahead) = self.ahead else { return false };
        let updated = update.updated().and_then(ProfileId::parse);
        if updated.is_none() && ends(&update.body, self.profile) {
            // It lives again by now, which the subscriber has to be told anew.
            self.ahead = None;
        }
        if updated != Some(self.profile) {
            return false;
        }
        let Some(version) = version_of(&update.body) else {
            return false;
        };
        if version >= ahead {
            self.ahead = None;
        }
        version <= ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> ProfileId {
        ProfileId([number; 16])
    }

    fn update(position: u64, kind: &str, ids: &[u8], version: u64) -> Update {
        let ids: Vec<String> = ids.iter().map(|number| id(*number).to_string()).collect();
        Update {
            position: Position(position),
            consumed: None,
            subject: format!("yekta.v1.default.profile.{kind}.{}", ids[0]),
            key: ids.join(","),
            body: format!(r#"{{"kind":"{kind}","version":{version}}}"#).into_bytes(),
        }
    }

    #[test]
    fn who_was_told_hears_what_is_new_and_nobody_else_does() {
        let told = Some(Told {
            profile: id(5),
            ahead: Some(3),
        });
        let mut copying = Copying { told };
        let steps = [
            (update(11, "updated", &[5], 2), false),
            (update(12, "updated", &[4], 9), true),
            (update(13, "updated", &[6], 1), false),
            (update(14, "merged", &[6, 5], 1), true),
            (update(15, "updated", &[5], 3), false),
            (update(16, "updated", &[5], 4), true),
            (update(17, "erased", &[7], 0), false),
        ];
        for (update, is_told) in steps {
            assert_eq!(copying.pass(&update), is_told, "{}", update.position);
        }
        assert_eq!(copying.told.unwrap().ahead, None);
    }

    #[test]
    fn who_ended_and_lives_again_is_told_again() {
        let told = Some(Told {
            profile: id(5),
            ahead: Some(3),
        });
        let mut copying = Copying { told };
        let mut merged = update(12, "merged", &[4, 5], 2);
        merged.body = format!(r#"{{"from":["{}"],"into":["{}"]}}"#, id(5), id(4)).into_bytes();
        let steps = [
            (update(11, "updated", &[5], 2), false),
            (merged, true),
            (update(13, "updated", &[5], 3), true),
        ];
        for (update, is_told) in steps {
            assert_eq!(copying.pass(&update), is_told, "{}", update.position);
        }
    }

    #[test]
    fn before_the_first_nobody_was_told() {
        let mut copying = Copying::default();
        assert!(!copying.pass(&update(1, "updated", &[0], 1)));
        let mut context = update(2, "updated", &[9], 1);
        // Whatever events and channels are called.
        for subject in [
            "context.web.page_viewed.9",
            "context.profile.updated.9",
            "dlq.profile",
        ] {
            context.subject = format!("yekta.v1.profile.{subject}");
            assert!(copying.pass(&context), "{subject}");
        }
    }
}
