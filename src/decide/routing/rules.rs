//! The rules of routing, one function each, and their order.

use crate::{
    decide::{
        evidence::Evidence,
        recent::{self, Happened},
        routing::{
            CALL, Case, best_time,
            policy::Tier,
            verdict::{Reason, Route, Verdict},
            worth::TOP,
        },
    },
    domain::context::promises::{Promise, PromiseKind, promises},
};

/// A rule: what it decides, or nothing.
type Speaks = fn(&Case<'_>) -> Option<Verdict>;

/// The rules, in the order in which they are asked. Behind the last of them [`by_skill`] decides.
pub(super) const ORDER: [Speaks; 6] = [
    service_recovery,
    retention,
    promised_call_back,
    high_value,
    self_service,
    deferral,
];

impl Case<'_> {
    fn verdict(&self, route: Route, reason: Reason, evidence: Vec<Evidence>) -> Verdict {
        Verdict {
            route,
            skill: self.skill.to_owned(),
            priority: self.priority(0),
            reason,
            evidence,
        }
    }

    fn of_matter(&self) -> Evidence {
        Evidence::of("matter", self.matter, None)
    }

    /// The call-backs that were promised and not made, what presses most first.
    fn call_backs(&self) -> impl Iterator<Item = Promise> + use<> {
        let all = promises(self.profile, self.now, usize::MAX).items.into_iter();
        all.filter(|promise| promise.kind == PromiseKind::Callback)
    }
}

/// Somebody for whom something has to be made good comes first.
fn service_recovery(case: &Case<'_>) -> Option<Verdict> {
    let at_once = |reason: Reason, evidence: Vec<Evidence>| Verdict {
        skill: case.policy.recovery_skill.clone(),
        priority: TOP,
        ..case.verdict(Route::Agent, reason, evidence)
    };
    let recent = |reason: Reason, happened: Option<Happened>| {
        let happened = happened?;
        happened.lasting(case.policy.low_us, case.now)?;
        Some(at_once(reason, happened.evidence))
    };
    let complaint = recent::open_complaint(case.profile);
    complaint
        .map(|complaint| at_once(Reason::OpenComplaint, complaint.evidence))
        .or_else(|| {
            let complains = case.skill == case.policy.recovery_skill;
            complains.then(|| at_once(Reason::Complains, vec![case.of_matter()]))
        })
        .or_else(|| recent(Reason::Discontent, recent::discontent(case.profile)))
        .or_else(|| recent(Reason::FailedDelivery, recent::failed_delivery(case.profile)))
}

/// Somebody who is just leaving, or calls to do so, is served by who keeps customers.
fn retention(case: &Case<'_>) -> Option<Verdict> {
    let kept = |reason: Reason, evidence: Vec<Evidence>| Verdict {
        skill: case.policy.retention_skill.clone(),
        priority: case.priority(case.policy.boosts.leaving),
        ..case.verdict(Route::Agent, reason, evidence)
    };
    if case.skill == case.policy.retention_skill {
        return Some(kept(Reason::Cancels, vec![case.of_matter()]));
    }
    let mut left = [recent::called_off(case.profile), recent::left(case.profile)]
        .into_iter()
        .flatten();
    let left = left.find(|left| left.lasting(case.policy.leaving_us, case.now).is_some())?;
    Some(kept(Reason::Leaving, left.evidence))
}

/// Somebody who was promised to be called back by now is not put off again. What is promised for a slot is due from its
/// beginning on.
fn promised_call_back(case: &Case<'_>) -> Option<Verdict> {
    let soon = case.now.saturating_add(case.policy.defer.slot_us());
    let is_due = |promise: &Promise| promise.overdue || promise.until.is_none_or(|until| until <= soon);
    let due = case.call_backs().find(is_due)?;
    let evidence = Evidence::of("promise", due.id, Some(due.since));
    Some(Verdict {
        priority: case.priority(case.policy.boosts.promised),
        ..case.verdict(Route::Agent, Reason::CallBackDue, vec![evidence])
    })
}

/// Somebody who is worth much talks to somebody.
fn high_value(case: &Case<'_>) -> Option<Verdict> {
    let is_high = case.tier >= Tier::High;
    is_high.then(|| case.verdict(Route::Agent, Reason::Worth, vec![case.of_tier()]))
}

/// The menu tells where an order is, where one is on its way.
fn self_service(case: &Case<'_>) -> Option<Verdict> {
    if !case.policy.menu.contains(case.matter) {
        return None;
    }
    let orders = case.profile.orders();
    let order = orders.iter().find(|order| order.state.open())?;
    let since = Some(order.since.time);
    let evidence = vec![
        Evidence::of("order", order.id, since),
        Evidence::of("state", order.state.as_str(), since),
    ];
    Some(case.verdict(Route::Menu, Reason::Answered, evidence))
}

/// What can wait waits, once: who was promised a call-back and calls again is not put off.
fn deferral(case: &Case<'_>) -> Option<Verdict> {
    let defer = &case.policy.defer;
    let can_wait = defer.tiers.contains(&case.tier) && defer.matters.contains(case.matter);
    let need = case.desk.need(case.skill, case.language);
    let is_free = || case.desk.is_free(need, case.policy, case.now);
    if !can_wait || case.channel != CALL || is_free() || case.call_backs().next().is_some() {
        return None;
    }
    let call_back = best_time::call_back(case, need)?;
    let evidence = vec![
        case.of_tier(),
        case.of_matter(),
        Evidence::of("skill", case.skill, None),
    ];
    Some(case.verdict(Route::Deferred(call_back), Reason::NobodyFree, evidence))
}

/// Everybody else is served by who has the skill.
pub(super) fn by_skill(case: &Case<'_>) -> Verdict {
    let need = case.desk.need(case.skill, case.language);
    let reason = match case.desk.is_free(need, case.policy, case.now) {
        true => Reason::AgentFree,
        false => Reason::AgentBusy,
    };
    case.verdict(
        Route::Agent,
        reason,
        vec![Evidence::of("skill", case.skill, None)],
    )
}
