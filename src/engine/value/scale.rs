//! The scale by which the partitions of a tenant rank their customers: the resolver's process finds it over all of them, the
//! resolver writes it for each, and each ranks its own by it as if it was asked to.

use crate::{
    decide::value::{Bought, Scale},
    domain::time::Timestamp,
    engine::{
        api::Answer,
        queries::answer::{Query, QueryError},
        state::batch::Batch,
        value::{End, ended},
    },
    store::{Error, Read as _, ScaleRecord, StepRecord, keys::value as keys},
};

/// What all customers of a tenant with partitions come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// By what each partition ranks its own.
    pub scale: Scale,
    /// How the resolver's part of the ranking ended.
    pub end: End,
}

impl Batch<'_> {
    /// Keeps, at a resolver, what all customers come to: its step has the partitions know it.
    pub(super) fn keep_scale(&mut self, measured: &Measured) -> Result<Answer, Error> {
        let ranking = self.ranking()?.unwrap_or_default();
        let record = record(&measured.scale, measured.end.at);
        self.overlay.put_record(keys::SCALE.to_vec(), &record)?;
        self.overlay
            .put_record(keys::RANKING.to_vec(), &ended(ranking, &measured.end))?;
        Ok(Answer::Noted)
    }

    /// Takes over, at a partition, what its resolver wrote for it: its customers are to be ranked by that.
    pub(crate) fn rank_by(&mut self, scale: &[u8]) -> Result<(), Error> {
        let record: ScaleRecord = self.overlay.decoded(scale)?;
        self.overlay.put_record(keys::SCALE.to_vec(), &record)?;
        self.ask_to_rank(record.at)
    }
}

impl Query {
    /// By what this partition ranks; `None` before its resolver said it.
    pub(super) fn scale(&self) -> Result<Option<Scale>, QueryError> {
        let record: Option<ScaleRecord> = self.store().record(keys::SCALE)?;
        Ok(record.map(read))
    }
}

fn record(scale: &Scale, at: Timestamp) -> ScaleRecord {
    let steps = |steps: &[Bought]| {
        let steps = steps.iter().map(|step| StepRecord {
            last: step.last,
            orders: step.orders,
            paid: step.paid,
        });
        steps.collect()
    };
    ScaleRecord {
        at,
        currency: scale.currency.clone(),
        recency: steps(&scale.recency),
        frequency: steps(&scale.frequency),
        monetary: steps(&scale.monetary),
        tiers: steps(&scale.tiers),
    }
}

fn read(record: ScaleRecord) -> Scale {
    let steps = |steps: Vec<StepRecord>| {
        let steps = steps.into_iter().map(|step| Bought {
            last: step.last,
            orders: step.orders,
            paid: step.paid,
        });
        steps.collect()
    };
    Scale {
        currency: record.currency,
        recency: steps(record.recency),
        frequency: steps(record.frequency),
        monetary: steps(record.monetary),
        tiers: steps(record.tiers),
    }
}
