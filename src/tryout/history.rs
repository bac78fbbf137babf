//! What a folder recorded, in the order in which it came: owns what of it is put through other rules.
//!
//! What our own rules decided is left out: the rules that are tried decide anew. What others asked before they sent
//! something is kept, and whatever was sent: it happened. Reads each event twice and holds few of them in memory.

use std::{collections::VecDeque, path::Path};

use crate::{
    domain::{
        event::{Event, token},
        identity::{Word, link::OWN_SOURCE},
        time::Timestamp,
    },
    engine::{Offline, folder::recorded::Place, trial::Trial},
    tryout::{
        error::TryError,
        seen::Seen,
        simulation::Simulation,
        sorter::{Sorted, Sorter},
    },
};

/// Events that go into one step, at most.
const STEP_MAX: usize = 1_000;

/// What a folder recorded.
#[derive(Debug)]
pub struct History<'a> {
    folder: &'a Offline,
    places: Sorted,
    ahead: Option<Place>,
    words: VecDeque<Word>,
    events: u64,
    last: Option<Timestamp>,
}

impl<'a> History<'a> {
    /// Reads a folder; what has to be sorted on disk lies in `scratch` meanwhile.
    ///
    /// # Errors
    /// [`TryError`].
    pub fn of(folder: &'a Offline, scratch: &Path) -> Result<Self, TryError> {
        let mut sorter = Sorter::in_folder(scratch);
        let (mut events, mut last) = (0_u64, None);
        folder.recorded(|place, event| {
            if is_decision(event) {
                return Ok(());
            }
            events = events.saturating_add(1);
            last = last.max(Some(place.received));
            sorter.push(place)
        })??;
        let mut words = folder.words()?;
        words.sort_by_key(|word| word.number);
        let mut places = sorter.sorted()?;
        Ok(Self {
            folder,
            ahead: places.next()?,
            places,
            words: words.into(),
            events,
            last,
        })
    }

    /// How many events there are.
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// When the last of them came.
    pub const fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// Puts all that came before a point through a simulation, and lets its time go on to that.
    ///
    /// # Errors
    /// [`TryError`], of `visit` too.
    pub fn replay(
        mut self,
        simulation: &mut Simulation,
        until: Timestamp,
        visit: &mut impl FnMut(&Trial, Seen) -> Result<(), TryError>,
    ) -> Result<(), TryError> {
        while let Some((at, events)) = self.next_until(until)? {
            while let Some(word) = self.words.pop_front_if(|word| word.at <= at) {
                simulation.at(at, |trial, now| Ok(trial.say(word, now)?), visit)?;
            }
            simulation.take(events, at, visit)?;
        }
        for word in self.words.into_iter().filter(|word| word.at <= until) {
            simulation.at(word.at, |trial, now| Ok(trial.say(word, now)?), visit)?;
        }
        simulation.run_until(until, visit)
    }

    /// The next events that came at one time.
    fn next_until(&mut self, until: Timestamp) -> Result<Option<(Timestamp, Vec<Event>)>, TryError> {
        let Some(first) = self.ahead.filter(|place| place.received <= until) else {
            return Ok(None);
        };
        let mut events = Vec::new();
        while let Some(place) = self.ahead
            && place.received == first.received
            && events.len() < STEP_MAX
        {
            events.extend(self.folder.event_at(place)?);
            self.ahead = self.places.next()?;
        }
        Ok(Some((first.received, events)))
    }
}

/// Whether an event says what our own rules decided.
fn is_decision(event: &Event) -> bool {
    event.id.source == OWN_SOURCE
        && match token(&event.name).as_str() {
            "action_decided" | "action_unanswered" | "flow_started" => true,
            "contact_decided" => event.property("flow").is_some(),
            _ => false,
        }
}
