//! What is counted of the experience among all customers, by day: kept up to date in the commit that changes somebody.
//!
//! What is counted is the sum of what each adds ([`crate::decide::experience::share()`]), and of each it is kept what that was.
//! So when people become one, part or are erased, when something is taken back, or when rules change, it is put right by what
//! they added before and what they add then. No more is kept than cells, and for each customer which of them are theirs.
//!
//! | what | where |
//! |---|---|
//! | what a customer adds now, against what they added | here |
//! | the cells, and how many there may be | `cells` |
//! | what is told of them | `told` |
//! | whether they are what customers add to them | `sound` |
//! | how far a customer is on each journey | `position` |
//! | what many customers show: found beside the writer, told once | `insight` |

mod cells;
mod insight;
mod position;
mod sound;
mod told;

use std::collections::BTreeMap;

use crate::{
    decide::experience::{Cell, Person, Sums, share},
    domain::{profile::Profile, time::Timestamp},
    engine::state::batch::Batch,
    store::{
        Error, ProfileId, Read as _, ShareRecord, SumsRecord, TallyHash, fingerprint,
        keys::experience as keys,
    },
};

pub use self::insight::{Findings, InsightTold};
pub(crate) use self::{insight::Watch, position::positions, sound::unsound};

/// Who a customer is now, as far as cells are concerned.
#[derive(Clone, Copy)]
pub(crate) struct Now<'a> {
    pub(crate) profile: &'a Profile,
    /// The segments they are in, and since when.
    pub(crate) segments: &'a BTreeMap<String, Timestamp>,
}

impl Batch<'_> {
    /// Has the cells count a customer as they are now; `None`: not at all.
    pub(crate) fn keep_share(
        &mut self,
        id: ProfileId,
        person: Option<Now<'_>>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let key = keys::share(id);
        let Some(person) = person else {
            let before: Option<ShareRecord> = self.overlay.record(&key)?;
            if let Some(before) = before {
                self.recount(&before.parts, &BTreeMap::new(), now)?;
                self.overlay.delete(key);
            }
            return Ok(());
        };
        let digest = fingerprint::of_experience(person.profile, person.segments, self.book.experience())?;
        let before: Option<ShareRecord> = self.overlay.record(&key)?;
        if before.as_ref().is_some_and(|before| before.digest == digest) {
            return Ok(());
        }
        let before = before.unwrap_or_default();
        let book = std::sync::Arc::clone(&self.book);
        let shared = share(
            Person {
                profile: person.profile,
                segments: person.segments,
                silent: book.silent(),
            },
            book.journeys(),
        );
        let parts = self.counted_in(&shared, &before.parts, now)?;
        self.recount(&before.parts, &parts, now)?;
        let parts: BTreeMap<_, _> = parts.into_iter().map(|(at, (_, sums))| (at, sums)).collect();
        self.overlay.put_record(key, &ShareRecord { digest, parts })
    }

    /// The cells in which a share is counted. What finds no room by its names is counted without them.
    fn counted_in<'c>(
        &mut self,
        shared: &'c BTreeMap<Cell, Sums>,
        before: &BTreeMap<(u32, TallyHash), SumsRecord>,
        now: Timestamp,
    ) -> Result<Parts<'c>, Error> {
        let first = self.first_counted(now);
        let mut parts = Parts::new();
        for (cell, sums) in shared.iter().filter(|(cell, _)| cell.day >= first) {
            let own = (cell.day, self.names(cell));
            let has_room = before.contains_key(&own) || parts.contains_key(&own) || self.has_room(own)?;
            let (at, cell) = match has_room {
                true => (own, std::borrow::Cow::Borrowed(cell)),
                false => {
                    let rest = cells::nameless(cell);
                    ((cell.day, self.names(&rest)), std::borrow::Cow::Owned(rest))
                }
            };
            let (_, there) = parts.entry(at).or_insert_with(|| (cell, SumsRecord::default()));
            *there = cells::record(cells::sums(*there).plus(*sums));
        }
        Ok(parts)
    }
}

/// What a customer adds, by the day and the cell, with what that counts.
type Parts<'c> = BTreeMap<(u32, TallyHash), (std::borrow::Cow<'c, Cell>, SumsRecord)>;
