//! The sweep: where the segments are others than those that all profiles were looked at by, all are looked at again, some in
//! each commit and in turns with what comes.

use std::ops::ControlFlow;

use crate::{
    decide::{experience::Journey, rule::Rulebook},
    engine::state::batch::Batch,
    store::{Error, Keyring, Order, ProfileId, Read, SweepRecord, View, keys},
};

/// What segments ask and where journeys lead, in short.
fn digest(book: &Rulebook, keyring: &Keyring) -> [u8; 32] {
    let texts: Vec<(&str, &str)> = book
        .segments()
        .map(|segment| (segment.name.as_str(), segment.when.text()))
        .collect();
    let silent = book.silent();
    let journeys: Vec<&Journey> = book.journeys().collect();
    match silent.is_empty() && journeys.is_empty() {
        // As it was before there were any: nobody is looked at again for it.
        true => keyring.seal(&format!("{texts:?}")),
        false => keyring.seal(&format!("{texts:?}{silent:?}{journeys:?}")),
    }
}

/// Whether profiles are still to be looked at by these segments, in a view.
pub(crate) fn is_left(view: &impl Read, book: &Rulebook, keyring: &Keyring) -> Result<bool, Error> {
    let swept: Option<SweepRecord> = view.record(keys::SWEEP)?;
    Ok(match swept {
        Some(swept) => swept.after.is_some() || swept.digest != digest(book, keyring),
        None => book.segments().next().is_some() || book.journeys().next().is_some(),
    })
}

impl Batch<'_> {
    /// Has the next so many profiles looked at by the segments there are.
    pub(crate) fn sweep(&mut self, most: usize, passes_over: bool) -> Result<(), Error> {
        self.count_profiles(most)?;
        let digest = digest(&self.book, self.keyring);
        let swept: Option<SweepRecord> = self.overlay.record(keys::SWEEP)?;
        let after = match swept {
            Some(swept) if swept.digest == digest => match swept.after {
                Some(after) => after,
                None => return Ok(()),
            },
            _ => ProfileId([0; 16]),
        };
        let next = self.profiles_behind(after, most)?;
        let last = next.last().copied().filter(|_| next.len() >= most);
        if !passes_over {
            self.touched.reviewed.extend(next);
        }
        let after = last;
        self.overlay
            .put_record(keys::SWEEP.to_vec(), &SweepRecord { digest, after })
    }

    fn profiles_behind(&self, after: ProfileId, most: usize) -> Result<Vec<ProfileId>, Error> {
        let (mut profiles, from) = (Vec::new(), keys::profile(after));
        self.overlay
            .scan(&from, keys::PROFILES_END, Order::Ascending, &mut |key, _| {
                if profiles.len() >= most {
                    return Ok(ControlFlow::Break(()));
                }
                profiles.extend(keys::profile_id(key).filter(|id| *id > after));
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(profiles)
    }
}
