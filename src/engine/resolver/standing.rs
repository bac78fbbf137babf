//! What a resolver starts from: it takes other rules over at once, as it has no customers who are to be made anew by them.

use std::collections::BTreeSet;

use crate::{
    domain::identifier::{Format, Kind, KindRule, Role, Trust},
    engine::{
        folder::open::StartError,
        parting::Part,
        state::batch::Rules,
        step::{Renewing, Standing},
    },
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
    /// Where it is a resolver that starts, it takes over the rules that hold now.
    ///
    /// # Errors
    /// [`StartError::FewerPartitions`], [`StartError::JoinsMore`], [`StartError::Routes`].
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
        standing.renewing = self.take_over(standing.renewing)?;
        Ok(())
    }

    /// Takes other rules over at once: nothing lies in a resolver's store by which an atom could be made anew. What was connected
    /// stays so; what was not is not known here, and cannot be connected afterwards.
    fn take_over(&self, renewing: Renewing) -> Result<Renewing, StartError> {
        let now = &self.identity.identifiers;
        let mut more = BTreeSet::new();
        for before in self.identity.former.values() {
            more.extend(
                now.kinds
                    .keys()
                    .filter(|kind| links_more(now.rule(kind), before.rule(kind))),
            );
        }
        if !more.is_empty() {
            let kinds: Vec<&str> = more.into_iter().map(Kind::as_str).collect();
            return Err(StartError::JoinsMore {
                kinds: kinds.join(", "),
            });
        }
        Ok(Renewing {
            after: None,
            ..renewing
        })
    }
}

/// Whether an event of which nothing else is known than a value of a kind could be linked by it now, and was not before.
fn links_more(now: &KindRule, before: &KindRule) -> bool {
    let shows = |rule: &KindRule| rule.role == Role::Contact && rule.format != Format::Id;
    let shows_more = shows(now) && !(shows(before) && now.format == before.format);
    let is_linked = match (reach(now), reach(before)) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(now), Some(before)) => before.least <= now.least && (before.of_many || !now.of_many),
    };
    shows_more || !is_linked
}

/// Which values of a kind link, as [`links_of`](crate::engine::resolver::links_of) has it.
struct Reach {
    /// From which trust on.
    least: Trust,
    /// Also where many use a device.
    of_many: bool,
}

fn reach(rule: &KindRule) -> Option<Reach> {
    let (least, of_many) = match rule.role {
        Role::Anchor | Role::Contact => (Trust::Observed, true),
        Role::Device => (Trust::Observed, false),
        Role::PerEvent | Role::Handoff => (rule.joins_at?, true),
        Role::Label => return None,
    };
    Some(Reach { least, of_many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(role: Role, joins_at: Option<Trust>) -> KindRule {
        KindRule {
            format: Format::Id,
            role,
            joins_at,
            per_profile: None,
            subjects_max: None,
            rank: 0,
        }
    }

    #[test]
    fn a_kind_links_more_where_a_value_links_that_did_not() {
        let label = rule(Role::Label, None);
        let contact = rule(Role::Contact, Some(Trust::Verified));
        let device = rule(Role::Device, None);
        let order = |least| rule(Role::PerEvent, least);
        let (strict, lax) = (order(Some(Trust::Verified)), order(Some(Trust::Stated)));
        for (before, now) in [
            (&label, &contact),
            (&label, &device),
            (&label, &strict),
            (&order(None), &strict),
            (&strict, &lax),
            (&lax, &contact),
            (&device, &contact),
        ] {
            assert!(links_more(now, before), "{before:?} -> {now:?}");
            assert!(!links_more(before, now), "{now:?} -> {before:?}");
            assert!(!links_more(now, now));
        }
    }

    #[test]
    fn a_kind_links_as_much_whatever_else_it_may_do() {
        let before = rule(Role::Contact, Some(Trust::Verified));
        let now = KindRule {
            joins_at: Some(Trust::Observed),
            subjects_max: Some(3),
            ..before.clone()
        };
        assert!(!links_more(&now, &before));
        let written = KindRule {
            format: Format::Email,
            ..before.clone()
        };
        assert!(links_more(&written, &before), "facts are compared by it");
        assert!(!links_more(&before, &written));
    }
}
