//! In which order events arrive, in which batches, and what arrives twice.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use yekta::domain::{event::Event, value::Value};

/// One way in which a list of events arrives.
pub(crate) struct Arrival {
    /// The seed that it was drawn from.
    pub(crate) seed: u64,
    /// The batches, one after the other.
    pub(crate) batches: Vec<Vec<Event>>,
    /// Exact copies among them.
    pub(crate) copies: usize,
    /// Events among them that bear the id of an earlier one and say something else.
    pub(crate) impostors: usize,
}

/// Draws from a seed.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number from 0 to `bound`, which is left out.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.next_u64() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

/// An arrival of `events`, whose batches hold up to `batch_max` events. One in two has copies and impostors.
pub(crate) fn arrival(events: &[Event], batch_max: usize, seed: u64) -> Arrival {
    let mut dice = Dice::new(seed);
    let mut queue = events.to_vec();
    shuffle(&mut queue, &mut dice);
    let (mut copies, mut impostors) = (0, 0);
    if seed.is_multiple_of(2) {
        for _ in 0..events.len() / 10 {
            let place = dice.below(queue.len());
            let mut copy = queue[place].clone();
            let is_impostor = dice.below(4) == 0 || is_impostor(&copy);
            if is_impostor {
                mark_impostor(&mut copy);
            }
            // What claims a known id has to come after the first that bears it: the first committed wins.
            let first = queue.iter().position(|event| event.id == copy.id).unwrap();
            let at = first + 1 + dice.below(queue.len() - first);
            queue.insert(at, copy);
            if is_impostor { impostors += 1 } else { copies += 1 }
        }
    }
    let mut batches = Vec::new();
    while !queue.is_empty() {
        let size = 1 + dice.below(batch_max);
        let rest = queue.split_off(size.min(queue.len()));
        batches.push(std::mem::replace(&mut queue, rest));
    }
    Arrival {
        seed,
        batches,
        copies,
        impostors,
    }
}

pub(crate) fn shuffle<T>(items: &mut [T], dice: &mut Dice) {
    for last in (1..items.len()).rev() {
        items.swap(last, dice.below(last + 1));
    }
}

/// Makes of a copy another event under the same id, one that would change somebody's persons and totals.
fn mark_impostor(event: &mut Event) {
    event.traits.insert("impostor".to_owned(), Value::Bool(true));
    event.identifiers.clear();
}

fn is_impostor(event: &Event) -> bool {
    event.traits.contains_key("impostor")
}
