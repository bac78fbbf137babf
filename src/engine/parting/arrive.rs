//! Arriving: what is in a parcel goes into the store of another partition, in one commit where that holds it. Nobody is resolved
//! again and no rule is asked what to do: it was decided where they come from. Their segments are looked at when it is told that
//! they came, as rules may have changed meanwhile.

use crate::{
    domain::identity::{Edition, Word},
    engine::{
        parting::{
            Parcel,
            parcel::{Row, at_once},
        },
        state::{
            atoms::Atoms,
            batch::{Batch, Rules},
        },
    },
    store::{
        AtomId, AtomRecord, ErasedRecord, Error, MembershipRecord, ProfileId, ProfileRecord, Read,
        RulesRecord, View, WordsRecord, codec, keys,
        keys::{Declared, parting},
    },
};

/// The edition of what other rules made that this store never had: it is read by those that hold, and made anew.
const OTHER: Edition = Edition(u32::MAX);

/// By which rules what comes was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Made {
    /// The edition there of those that hold here, where they are the same.
    by: Option<Edition>,
    /// Whether some of it was made by others, or all is read as if it were.
    pub(super) is_of_others: bool,
}

impl Made {
    /// Of rows that come where these rules hold.
    pub(super) fn of(rows: &[Row], here: &Rules) -> Result<Self, Error> {
        let rules = rows.iter().find(|(key, _)| key == keys::RULES);
        let rules: Option<RulesRecord> = match rules {
            Some((_, value)) => Some(codec::decode(value)?),
            None => None,
        };
        let by = rules
            .filter(|rules| rules.mark == here.record(true).mark)
            .map(|rules| rules.edition);
        let mut is_of_others = false;
        for (key, value) in rows {
            if key.first() == Some(&b'A') {
                let atom: AtomRecord = codec::decode(value)?;
                is_of_others |= by != Some(atom.edition);
            }
        }
        Ok(Self { by, is_of_others })
    }
}

impl Batch<'_> {
    /// Puts customers in.
    pub(super) fn take_in(&mut self, parcel: &Parcel) -> Result<(), Error> {
        let rows = &parcel.record.rows;
        let bytes = rows
            .iter()
            .map(|(key, value)| key.len().saturating_add(value.len()));
        at_once(bytes.sum())?;
        let made = Made::of(rows, self.rules)?;
        for row in rows {
            self.bring_in(row, made)?;
        }
        if made.is_of_others {
            let atoms = rows.iter().filter(|(key, _)| key.first() == Some(&b'A'));
            for id in atoms.filter_map(|(key, _)| keys::pointee(key).map(AtomId)) {
                self.index_what_came(id)?;
                self.touched.linked.insert(id);
            }
            self.renew_others();
        }
        Ok(())
    }

    /// Puts a row in that comes. Of what other rules made, what is found by its claims is left out: it is entered anew.
    pub(super) fn bring_in(&mut self, (key, value): &Row, made: Made) -> Result<(), Error> {
        if let (Some(b'A'), Some(id)) = (key.first(), keys::pointee(key)) {
            let atom: AtomRecord = self.overlay.decoded(value)?;
            let edition = match made.by == Some(atom.edition) {
                true => self.rules.identity.edition,
                false => OTHER,
            };
            let atom = AtomRecord { edition, ..atom };
            self.overlay.put_atom(AtomId(id), Some(atom));
            return Ok(());
        }
        match made.is_of_others && is_found_by_claims(key) {
            true => Ok(()),
            false => self.put_in(key, value),
        }
    }

    /// Has an atom that other rules made found by what these rules read in it, until it is made anew.
    fn index_what_came(&mut self, id: AtomId) -> Result<(), Error> {
        let Some(atom) = self.overlay.atom(id)? else {
            return Ok(());
        };
        self.write_index(id, &atom, true)?;
        self.write_marks(id, &atom.claim)
    }

    /// The same where it takes several commits: by its atom's row, which leaves that to be looked at again, and by those of its
    /// events.
    pub(super) fn index_by(&mut self, key: &[u8]) -> Result<(), Error> {
        if let Some((id, time, hash)) = keys::event_in(key) {
            if let Some(atom) = self.overlay.atom(id)? {
                self.erase_mark(id, &atom.claim, (time, hash));
                self.write_mark(id, &atom.claim, (time, hash));
            }
            return Ok(());
        }
        let Some(id) = keys::pointee(key).map(AtomId) else {
            return Ok(());
        };
        if let Some(atom) = self.overlay.atom(id)? {
            self.write_index(id, &atom, true)?;
            // Whoever may be joined otherwise came with it, and is left to be looked at as well.
            self.touched.lost.clear();
            self.postpone(id)?;
        }
        Ok(())
    }

    /// Has what other rules made be made anew.
    pub(super) fn renew_others(&mut self) {
        self.touched.renewed = true;
        self.carried.is_of_other_rules = true;
    }

    /// Puts a row in, and adds what is counted of it.
    fn put_in(&mut self, key: &[u8], value: &[u8]) -> Result<(), Error> {
        match (key.first(), keys::pointee(key)) {
            // The rules were read, and atoms follow.
            (Some(b'K' | b'A'), _) => return Ok(()),
            (Some(b'P'), Some(id)) => {
                let (id, record) = (ProfileId(id), self.overlay.decoded::<ProfileRecord>(value)?);
                self.overlay.put_profile(id, Some(record.clone()));
                self.carried.came.insert(id, record);
                self.touched.reviewed.insert(id);
                return Ok(());
            }
            (Some(b'T'), _) if self.overlay.get(key)?.is_none() => {
                self.repairs.left = self.repairs.left.saturating_add(1);
            }
            (Some(b't'), _) => self.tally_timer(true),
            (Some(b'W'), _) => self.hear(value)?,
            (Some(b'Z'), _) => return self.put_mark(key, value),
            (Some(b'd'), _) => return self.put_on_shelf(key, value),
            _ if key == keys::value::SCALE => return self.rank_by(value),
            // Where nobody asks who is in a segment, or where customers stand, nothing of it would be kept up to date.
            (Some(b'm' | b'n'), _) if !self.has_segments => return Ok(()),
            (Some(b'r'), _) if !self.has_standings => return Ok(()),
            (Some(b'm'), _) => {
                let membership: MembershipRecord = self.overlay.decoded(value)?;
                self.count_segments(&membership)?;
            }
            _ => {}
        }
        self.overlay.put(key.to_vec(), value.to_vec());
        Ok(())
    }

    /// Goes on from the number of a word that was said elsewhere: whatever is said next is said later.
    fn hear(&mut self, value: &[u8]) -> Result<(), Error> {
        let word: Word = self.overlay.decoded(value)?;
        let last = self.last_word()?.max(word.number);
        self.has_words = true;
        self.overlay
            .put_record(keys::WORDS_SAID.to_vec(), &WordsRecord { last })
    }

    /// Puts a mark of what was erased; of two the later holds.
    fn put_mark(&mut self, key: &[u8], value: &[u8]) -> Result<(), Error> {
        self.has_erased = true;
        let is_later = match self.overlay.get(key)? {
            Some(there) if !there.is_empty() && !value.is_empty() => {
                let there: ErasedRecord = self.overlay.decoded(&there)?;
                there.until < codec::decode::<ErasedRecord>(value)?.until
            }
            there => there.is_none(),
        };
        if is_later {
            self.overlay.put(key.to_vec(), value.to_vec());
        }
        Ok(())
    }
}

/// Whether a row is an entry by which an atom is found, as its claim is read.
fn is_found_by_claims(key: &[u8]) -> bool {
    match key.first() {
        Some(b'I' | b'N' | b'D' | b'O' | b'G' | b'B') => true,
        Some(b'H') => key.starts_with(parting::NAMING),
        Some(b'L') => matches!(keys::declared_by(key), Some(Declared::Claimed(_))),
        _ => false,
    }
}
