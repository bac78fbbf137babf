//! Messages of the stream as commits again. Owns the checks that a commit is whole and that nothing is between commits
//! but epoch records; must never skip what it does not know. Pure; called by `reader`.

use async_nats::HeaderMap;
use tokio_util::bytes::Bytes;

use crate::{
    journal::{
        Commit, Message, Position,
        codec::{Decoder, Reason, unpack},
    },
    nats::journal::{
        cloud::key_and_trace,
        layout::{CHANGE, COMMIT, EPOCH, Layout, RETIRED},
        record::{Record, add_to},
    },
};

/// A message as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) sequence: u64,
    pub(crate) subject: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What is wrong, and at which sequence.
pub(crate) type Misfit = (u64, Reason);

/// What a message adds to those before it.
#[derive(Debug)]
pub(crate) enum Step {
    /// Nothing is complete.
    More,
    /// A commit is.
    Commit(Position, Box<Commit>),
    /// A commit would be, but its messages from this sequence on were not read.
    Lacks(u64),
}

/// The messages of a commit that is not complete yet.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    waiting: Vec<Stored>,
}

impl Assembly {
    /// Takes the next message, whose sequence is `expected`.
    pub(crate) fn take(&mut self, layout: &Layout, message: Stored, expected: u64) -> Result<Step, Misfit> {
        let sequence = message.sequence;
        if sequence != expected {
            return Err((expected, "message is missing"));
        }
        match layout.inside(&message.subject) {
            Some(EPOCH) if self.waiting.is_empty() => Ok(Step::More),
            Some(EPOCH) => Err((sequence, "commit is not whole")),
            Some(COMMIT) => self.complete(layout, &message),
            _ => {
                self.waiting.push(message);
                Ok(Step::More)
            }
        }
    }

    /// Whether a commit has begun and is not complete.
    pub(crate) fn first_waiting(&self) -> Option<u64> {
        self.waiting.first().map(|message| message.sequence)
    }

    fn complete(&mut self, layout: &Layout, marker: &Stored) -> Result<Step, Misfit> {
        let at = marker.sequence;
        let record = Record::open(&marker.body).map_err(|reason| (at, reason))?;
        let (total, found) = (record.counts.total(), self.waiting.len() as u64);
        if total > found {
            return Ok(Step::Lacks(at.saturating_sub(total)));
        }
        if let Some(foreign) = self.first_waiting()
            && total < found
        {
            return Err((foreign, "message is part of no commit"));
        }
        let waiting = std::mem::take(&mut self.waiting);
        let commit = assembled(layout, &record, &waiting, &marker.body).map_err(|reason| (at, reason))?;
        Ok(Step::Commit(Position(at), Box::new(commit)))
    }
}

/// The commit of `record` and the messages before it.
fn assembled(layout: &Layout, record: &Record, stored: &[Stored], marker: &[u8]) -> Result<Commit, Reason> {
    let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let counts = record.counts;
    let (pieces, rest) = stored.split_at_checked(size(counts.pieces)).ok_or(SHORT)?;
    let (retired, published) = rest.split_at_checked(size(counts.retired)).ok_or(SHORT)?;
    let mut sum = crc32fast::Hasher::new();
    let mut changes = Vec::new();
    for piece in pieces {
        if layout.inside(&piece.subject) != Some(CHANGE) {
            return Err("commit has something else where its changes should be");
        }
        add_to(&mut sum, &piece.subject, "", None, &piece.body);
        changes.extend_from_slice(&piece.body);
    }
    for message in retired {
        let inside = layout
            .inside(&message.subject)
            .and_then(|inside| inside.split_once('.'));
        if inside.is_none_or(|(first, _)| first != RETIRED) {
            return Err("commit has something else where its retired ids should be");
        }
        add_to(&mut sum, &message.subject, "", None, &message.body);
    }
    let mut messages = Vec::with_capacity(published.len());
    for stored in published {
        let (key, trace) = key_and_trace(&stored.headers).ok_or("message has headers that cannot be read")?;
        add_to(&mut sum, &stored.subject, &key, trace.as_deref(), &stored.body);
        messages.push(Message {
            subject: layout
                .outside(&stored.subject)
                .ok_or("message has a foreign subject")?,
            key,
            body: stored.body.to_vec(),
            trace,
        });
    }
    if !Record::fits(marker, sum) {
        return Err("commit has a wrong checksum");
    }
    if record.is_packed {
        changes = unpack(&changes, record.length)?;
    }
    let mut decoder = Decoder::new(&changes);
    let changes = decoder.changes()?;
    decoder.end()?;
    Ok(Commit {
        messages,
        changes,
        marker: record.marker.clone(),
    })
}

const SHORT: Reason = "commit has fewer messages than its marker says";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        journal::{
            Anew, Document,
            samples::{commit, commits},
        },
        nats::{assets::Names, batch::Outgoing, journal::layout::Laid, settings::Tenant},
    };

    fn layout() -> Layout {
        let mut layout = Layout::new(Names::of(&Tenant::default()), usize::MAX, 1 << 20);
        layout.piece_bytes = 100;
        layout
    }

    /// A commit of the tenant's, as it is stored from sequence 1 on.
    fn stored(mut commit: Commit) -> (Commit, Vec<Stored>) {
        for (at, message) in commit.messages.iter_mut().enumerate() {
            message.subject = format!("yekta.v1.default.profile.erased.p{at}");
        }
        let laid = layout().lay(&commit, None).unwrap();
        (commit, numbered(laid))
    }

    /// The messages of a commit as they are stored from sequence 1 on.
    fn numbered(laid: Laid) -> Vec<Stored> {
        let stored = (1..).zip(laid.messages).map(|(sequence, message)| Stored {
            sequence,
            subject: message.subject,
            headers: message.headers,
            body: message.body,
        });
        stored.collect()
    }

    fn walked(stored: Vec<Stored>) -> Result<Step, Misfit> {
        let (layout, mut assembly) = (layout(), Assembly::default());
        let mut step = Step::More;
        for (expected, message) in (1..).zip(stored) {
            step = assembly.take(&layout, message, expected)?;
        }
        Ok(step)
    }

    proptest! {
        #[test]
        fn what_was_laid_is_assembled_and_everything_changed_is_noticed(
            commit in commits(),
            at: prop::sample::Index,
            how in 0..5,
        ) {
            let (commit, mut stored) = stored(commit);
            let last = stored.len() as u64;
            let Ok(Step::Commit(position, found)) = walked(stored.clone()) else {
                return Err(TestCaseError::fail("no commit"));
            };
            prop_assert_eq!((position, *found), (Position(last), commit));
            let at = at.index(stored.len());
            match how {
                0 => drop(stored.remove(at)),
                1 => stored[at].body = [&stored[at].body[..], b"!"].concat().into(),
                2 => stored[at].subject.push('x'),
                3 => stored[at].headers.insert("Yekta-Key", "another"),
                _ => {
                    let foreign = Stored { subject: "yekta.v1.default.j.foreign".into(), ..stored[at].clone() };
                    stored.insert(at, foreign);
                    for (sequence, stored) in (1..).zip(&mut stored) {
                        stored.sequence = sequence;
                    }
                }
            }
            // Only what is published has headers that count; without its end no commit is told.
            let counts = how != 3 || stored[at].subject.contains(".j.profile.");
            let told = matches!(walked(stored), Ok(Step::Commit(..)));
            prop_assert_eq!(told, !counts);
        }
    }

    #[test]
    fn what_a_view_takes_once_more_is_passed_over() {
        let layout = Layout::new(Names::of(&Tenant::default()), usize::MAX, 1 << 20);
        let document = Document {
            key: "p1".into(),
            body: b"{}".to_vec(),
        };
        for (anew, bytes_min) in [
            (Anew::Blanks, 8 << 20),
            (Anew::Documents(vec![document.clone(), document]), 4),
        ] {
            let commit = commit(1, &[]);
            let laid = layout.lay(&commit, Some(&anew)).unwrap();
            let bytes: usize = laid.messages.iter().map(Outgoing::bytes).sum();
            assert!(bytes > bytes_min, "{bytes}");
            let Ok(Step::Commit(_, found)) = walked(numbered(laid)) else {
                panic!("no commit of {anew:?}")
            };
            assert_eq!(*found, commit);
        }
    }

    #[test]
    fn epoch_records_are_between_commits_only() {
        let (_, mut stored) = stored(commit(1, &[b"a"]));
        let epoch = |sequence| Stored {
            sequence,
            subject: "yekta.v1.default.j.epoch".into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        for message in &mut stored {
            message.sequence += 1;
        }
        let between = [vec![epoch(1)], stored.clone()].concat();
        assert!(matches!(walked(between), Ok(Step::Commit(..))));
        let mut within = stored.clone();
        for message in &mut within {
            message.sequence -= 1;
        }
        within.truncate(1);
        within.push(epoch(2));
        assert!(matches!(walked(within), Err((2, "commit is not whole"))));
        // Read from its midst on.
        let (layout, mut assembly) = (layout(), Assembly::default());
        let marker = stored.pop().unwrap();
        let at = marker.sequence;
        let lacks = assembly.take(&layout, marker, at);
        assert!(matches!(lacks, Ok(Step::Lacks(2))), "{lacks:?}");
    }
}
