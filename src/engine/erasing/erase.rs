//! Erasing: takes a person out, so that from the commit on nobody can read them, and leaves marks by which they are not
//! taken in again.
//!
//! Owns what an erasure is to take (`planned`) and what is left behind, which says nothing of them but keyed hashes. Whom it is
//! about is `meant`'s, which refused items name them `refused`'s, how atoms are taken out `dissolve`'s, how somebody is who fits
//! no commit `parts`'s. That the bytes of what was deleted go from the files, too, is the matter of [`crate::engine::erasing::expunge`].

mod dissolve;
mod hasten;
mod meant;
mod parts;
mod refused;

pub(crate) use dissolve::Unmarked;

use std::collections::BTreeSet;

use crate::{
    domain::time::Timestamp,
    engine::{
        api::{Answer, CommandError, Progress, Target},
        commands::Outcome,
        erasing::expire::EVENTS_MAX,
        queries::query::{Address, Found},
        state::{atoms::Atoms, batch::Batch},
    },
    store::{
        AtomId, ClearedRecord, ErasedRecord, ErasureId, ErasureRecord, Error, ProfileId, Read, Removed, keys,
        keys::Erased,
    },
};

/// Which erasure, and when.
#[derive(Clone, Copy)]
pub(crate) struct Erasing {
    pub(crate) id: ErasureId,
    pub(crate) at: Timestamp,
    /// By when no file may hold a byte of the person.
    pub(crate) due: Timestamp,
}

impl Erasing {
    /// One that no file may hold a byte of so many microseconds later.
    pub(crate) const fn within(id: ErasureId, at: Timestamp, within_us: i64) -> Self {
        Self {
            id,
            at,
            due: Timestamp::from_micros(at.as_micros().saturating_add(within_us)),
        }
    }
}

impl Batch<'_> {
    /// Erases whoever is meant, and who is only shown with them: they hold what this person said. Whoever is erased already
    /// can have the files cleared at once.
    pub(crate) fn erase(&mut self, erasing: Erasing, target: &Target) -> Outcome<Answer> {
        let profile = match self.one_holding(target)? {
            Ok(profile) => profile,
            Err(error) => {
                let hastened = self.hastened(erasing, target)?.map(Box::new);
                return Ok(hastened.map(|erasure| Answer::Erased { erasure }).ok_or(error));
            }
        };
        let erasure = self.planned(erasing, profile)?;
        self.carry_out(erasure)
    }

    /// Carries an erasure out again, over what came from before it: whoever holds what was theirs alone is taken out as far
    /// as the erasure went.
    pub(crate) fn erase_again(&mut self, erasure: &ErasureRecord) -> Outcome<Answer> {
        let mut atoms: BTreeSet<AtomId> = erasure.atoms.iter().copied().collect();
        for key in &erasure.keys {
            for index in [keys::holders(*key), keys::all_devices(*key)] {
                atoms.extend(self.overlay.atoms(&index)?);
            }
        }
        let again = ErasureRecord {
            atoms: atoms.into_iter().collect(),
            batch: self.number,
            withdrawn: None,
            gone: None,
            removed: Removed::default(),
            ..erasure.clone()
        };
        self.carry_out(again)
    }

    /// Takes out what an erasure is about, or begins with it where it is to take several commits. Of more than one commit is
    /// to take nothing is taken.
    fn carry_out(&mut self, erasure: ErasureRecord) -> Outcome<Answer> {
        let erasure = match self.in_parts {
            true => self.begin(erasure)?,
            false if self.is_for_parts(&erasure)? => return Ok(Err(CommandError::TooLarge)),
            false => self.take_out(erasure)?,
        };
        let erasure = Box::new(erasure);
        Ok(Ok(Answer::Erased { erasure }))
    }

    /// Whether an erasure is about more events than one commit is to take out: all of them were in memory at once.
    fn is_for_parts(&self, erasure: &ErasureRecord) -> Result<bool, Error> {
        let mut events = 0_u64;
        for id in &erasure.atoms {
            let atom = self.overlay.atom(*id)?;
            events = events.saturating_add(atom.map_or(0, |atom| atom.aggregate.events));
        }
        Ok(usize::try_from(events).unwrap_or(usize::MAX) > EVENTS_MAX)
    }

    /// Notes how far files are cleared, of those who were erased if somebody was; there is a commit of it in any case.
    pub(crate) fn note(
        &mut self,
        erasures: &[ErasureId],
        progress: Progress,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        self.overlay
            .put_record(keys::CLEARED.to_vec(), &ClearedRecord { at: now })?;
        for id in erasures {
            let key = keys::erasure(*id);
            if let Some(erasure) = self.overlay.record::<ErasureRecord>(&key)? {
                let noted = match progress {
                    Progress::Clearing => ErasureRecord {
                        clearing: Some(now),
                        ..erasure
                    },
                    Progress::Withdrawn => ErasureRecord {
                        withdrawn: Some(now),
                        ..erasure
                    },
                    Progress::Gone => ErasureRecord {
                        gone: Some(now),
                        ..erasure
                    },
                };
                self.overlay.put_record(key, &noted)?;
                if progress == Progress::Gone {
                    self.overlay.delete(keys::pending(*id));
                }
            }
        }
        Ok(Answer::Noted)
    }

    /// The profile that holds what is named: who only mentions it is somebody else.
    fn one_holding(&self, target: &Target) -> Outcome<ProfileId> {
        let address = match target {
            Target::Profile(id) => Address::Id(*id),
            Target::Identifier(key) => Address::Identifier(key.clone()),
        };
        Ok(match self.graph().find_holding(&address)? {
            Found::One(profile) => Ok(profile),
            Found::Many(profiles) => Err(CommandError::Several(profiles)),
            Found::None => Err(match self.graph().find(&address)? {
                Found::None => CommandError::NobodyThere,
                Found::One(profile) => CommandError::OnlyMentioned(vec![profile]),
                Found::Many(profiles) => CommandError::OnlyMentioned(profiles),
            }),
        })
    }

    /// What an erasure is about to take.
    fn planned(&self, erasing: Erasing, profile: ProfileId) -> Result<ErasureRecord, Error> {
        let Erasing { id, at, due } = erasing;
        let record = self.graph().profile(profile)?.unwrap_or_default();
        let meant = self.graph().meant(&record)?;
        // A clock that was ahead wrote events and words that are yet to come.
        let mut until = meant.last.map_or(at, |last| last.max(at));
        for id in &meant.atoms {
            if let Some(atom) = self.overlay.atom(*id)? {
                let words = self.said_about(&atom)?;
                until = words.iter().map(|word| word.at).fold(until, Ord::max);
            }
        }
        Ok(ErasureRecord {
            id,
            at,
            batch: self.number,
            until,
            due,
            withdrawn: None,
            clearing: None,
            gone: None,
            profile,
            absorbed: record.absorbed,
            keys: meant.keys,
            atoms: meant.atoms.into_iter().collect(),
            claims: meant.claims,
            refused: Vec::new(),
            removed: Removed::default(),
        })
    }

    /// Takes out all that an erasure is about, and marks it.
    fn take_out(&mut self, mut erasure: ErasureRecord) -> Result<ErasureRecord, Error> {
        self.erase_refused(&mut erasure)?;
        self.mark_erased(&erasure, usize::MAX)?;
        let removed = self.dissolve(&erasure, &erasure.atoms, Unmarked::new())?;
        erasure.removed = erasure.removed.and(removed);
        self.end(&erasure)?;
        Ok(erasure)
    }

    /// Ends an erasure of which all is taken out with this commit. Who is here and lost nothing came back since: they keep what
    /// they are. It is told in any case: up to there a broker deletes what it published of them.
    fn end(&mut self, erasure: &ErasureRecord) -> Result<(), Error> {
        self.overlay.put_record(keys::erasure(erasure.id), erasure)?;
        self.overlay.put(keys::pending(erasure.id), Vec::new());
        self.touched.erased.insert(erasure.profile, erasure.id);
        if erasure.removed.events == 0 && self.overlay.profile(erasure.profile)?.is_some() {
            return Ok(());
        }
        self.forget_standings(&[erasure.profile])?;
        self.forget_standings(&erasure.absorbed)?;
        self.forget_segments(erasure.profile)
    }

    /// Leaves marks of the identifiers and the claims, so many at most; whether there are all.
    fn mark_erased(&mut self, erasure: &ErasureRecord, most: usize) -> Result<bool, Error> {
        self.has_erased = true;
        let mut room = most;
        let keys = erasure.keys.iter().copied().map(Erased::Key);
        let atoms = erasure.claims.iter().copied().map(Erased::Atom);
        for mark in keys.chain(atoms) {
            let place = keys::erased(mark);
            let before: Option<ErasedRecord> = self.overlay.record(&place)?;
            if before.is_some_and(|before| before.until >= erasure.until) {
                continue;
            }
            if room == 0 {
                return Ok(false);
            }
            room = room.saturating_sub(1);
            let until = erasure.until;
            self.overlay.put_record(place, &ErasedRecord { until })?;
            self.trace_claim(mark)?;
        }
        Ok(true)
    }
}
