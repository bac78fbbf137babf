//! Whether a flow of which the effect is told is carried out for a customer: the first time by a lot that falls the same
//! whenever it is drawn, from then on as it was.

use crate::{decide::rule::Flow, domain::profile::Profile, engine::state::batch::Batch, store::ProfileId};

/// Lots are drawn out of so many.
const LOTS: u16 = 100;

impl Batch<'_> {
    /// Whether it is carried out; `None` of a flow that is held back of nobody.
    pub(super) fn is_treated(&self, flow: &Flow, id: ProfileId, profile: &Profile) -> Option<bool> {
        if flow.holdout == 0 {
            return None;
        }
        let before = profile.whole.experience.trials.get(&flow.name);
        Some(before.map_or_else(
            || {
                let lot = u16::from_be_bytes(self.keyring.turn(&format!("{} {id}", flow.name)));
                lot % LOTS >= u16::from(flow.holdout)
            },
            |arm| arm.treated,
        ))
    }
}
