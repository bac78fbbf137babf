//! What a resolver does not do that others do: it has no customers who are ranked, expire, or are made anew by other rules.

use crate::{
    engine::{
        batch::Rules,
        open::StartError,
        parting::Part,
        step::{Renewing, Standing},
    },
    store::AtomId,
};

impl Part {
    /// Whether it may go on from there: whoever has customers would take for itself, without a word to the partitions that have
    /// them, what the input holds for these.
    ///
    /// # Errors
    /// [`StartError::Routes`].
    pub(crate) fn may_follow(self, standing: &Standing) -> Result<(), StartError> {
        match &standing.spread {
            Some(spread) if !self.is_resolver() => Err(StartError::Routes {
                known: spread.partitions,
            }),
            _ => Ok(()),
        }
    }
}

impl Rules {
    /// Where it is a resolver that starts, what it does not do is left out.
    ///
    /// # Errors
    /// [`StartError::FewerPartitions`], [`StartError::Routes`].
    pub(crate) fn resolve(&mut self, standing: &mut Standing) -> Result<(), StartError> {
        let Part::Resolver { partitions } = self.part else {
            return self.part.may_follow(standing);
        };
        let known = standing.spread.as_ref();
        if let Some(spread) = known.filter(|spread| spread.partitions > partitions.get()) {
            return Err(StartError::FewerPartitions {
                wanted: partitions.get(),
                known: spread.partitions,
            });
        }
        self.without_customers();
        standing.renewing = self.take_over(standing.renewing);
        Ok(())
    }

    /// Has nobody ranked or looked at who is not there.
    fn without_customers(&mut self) {
        self.decide.value.every_us = 0;
        self.decide.insight_every_us = 0;
    }

    /// Takes other rules over at once: nothing lies in a resolver's store by which an atom could be made anew. What was connected
    /// stays so; whom other rules join by what they had before is told, as nobody comes by it again until their next event.
    fn take_over(&self, renewing: Renewing) -> Renewing {
        let kinds = &self.identity.identifiers.kinds;
        let is_other = self.identity.former.values().any(|former| former.kinds != *kinds);
        if renewing.after == Some(AtomId::FIRST) && is_other {
            tracing::warn!(
                rules.edition = self.identity.edition.0,
                "kinds of identifiers join otherwise than before: customers who share a value that joined nobody until now come \
                 into one partition with the next event that has it"
            );
        }
        Renewing {
            after: None,
            ..renewing
        }
    }
}
