//! A flow is started by hand: for one customer, or for all who are in a segment, some in each commit. That it was is an event
//! of our own about each of them, which sets the flow going as any event does.

use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc};

use crate::{
    domain::{time::Timestamp, value::Value},
    engine::{
        api::{Answer, CommandError, Target},
        commands::{Ordered, Outcome, own_event},
        identity::place::Placed,
        state::batch::Batch,
    },
    store::{Error, MembershipRecord, Order, ProfileId, Read, RequestHash, StartRecord, View, keys},
};

/// The event of our own by which a flow is started.
const STARTED: &str = "Flow Started";

impl Batch<'_> {
    /// Starts a flow for one customer.
    pub(crate) fn start_for(
        &mut self,
        ordered: &Ordered,
        flow: &str,
        target: &Target,
        now: Timestamp,
    ) -> Outcome<Answer> {
        if self.book.flow(flow).is_none() {
            return Ok(Err(CommandError::NoSuchRule));
        }
        let profile = match self.reach(target, now)? {
            Ok((profile, _)) => profile,
            Err(error) => return Ok(Err(error)),
        };
        let is_started = self.start_one(flow, profile, &ordered.id, now)?;
        Ok(Ok(Answer::Started {
            members: u64::from(is_started),
        }))
    }

    /// Has a flow started for all who are in a segment: how many that are now.
    pub(crate) fn start_for_all(&mut self, ordered: &Ordered, flow: &str, segment: &str) -> Outcome<Answer> {
        if self.book.flow(flow).is_none() || self.book.segment(segment).is_none() {
            return Ok(Err(CommandError::NoSuchRule));
        }
        let size = self
            .overlay
            .record::<crate::store::SizeRecord>(&keys::size(segment))?;
        let request = self.keyring.request("start", &ordered.id);
        let start = StartRecord {
            flow: flow.to_owned(),
            segment: segment.to_owned(),
            after: ProfileId([0; 16]),
            started: 0,
        };
        self.overlay.put_record(keys::start(request), &start)?;
        let members = size.unwrap_or_default().members;
        Ok(Ok(Answer::Started { members }))
    }

    /// Goes on with the first start of a flow that is not done: for the next so many profiles, unless these are passed over.
    pub(crate) fn start_some(&mut self, most: usize, passes_over: bool, now: Timestamp) -> Result<(), Error> {
        let Some((key, request, start)) = self.first_start()? else {
            return Ok(());
        };
        let book = Arc::clone(&self.book);
        let next = self.members_behind(start.after, most)?;
        let is_last = next.len() < most;
        let mut start = start;
        for (id, membership) in next {
            start.after = id;
            let is_in = membership.inside().any(|(name, _)| name == start.segment);
            if is_in && !passes_over && book.flow(&start.flow).is_some() {
                let event = format!("{request}-{id}");
                let is_started = self.start_one(&start.flow, id, &event, now)?;
                start.started = start.started.saturating_add(u64::from(is_started));
            }
        }
        match is_last {
            true => self.overlay.delete(key),
            false => self.overlay.put_record(key, &start)?,
        }
        Ok(())
    }

    fn first_start(&self) -> Result<Option<(Vec<u8>, RequestHash, StartRecord)>, Error> {
        let mut first = None;
        self.overlay
            .scan_prefix(keys::STARTS, Order::Ascending, &mut |key, value| {
                let request = keys::pointee(key).map(RequestHash);
                let start: StartRecord = self.overlay.decoded(value)?;
                first = request.map(|request| (key.to_vec(), request, start));
                Ok(ControlFlow::Break(()))
            })?;
        Ok(first)
    }

    fn members_behind(
        &self,
        after: ProfileId,
        most: usize,
    ) -> Result<Vec<(ProfileId, MembershipRecord)>, Error> {
        let mut members = Vec::new();
        let from = keys::membership(after);
        self.overlay.scan(
            &from,
            keys::MEMBERSHIPS_END,
            Order::Ascending,
            &mut |key, value| {
                if members.len() >= most {
                    return Ok(ControlFlow::Break(()));
                }
                let id = keys::profile_id(key).filter(|id| *id > after);
                if let Some(id) = id {
                    members.push((id, self.overlay.decoded(value)?));
                }
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(members)
    }

    /// Whether the customer could be reached.
    fn start_one(&mut self, flow: &str, profile: ProfileId, id: &str, now: Timestamp) -> Result<bool, Error> {
        let Ok((_, identifiers)) = self.reach(&Target::Profile(profile), now)? else {
            return Ok(false);
        };
        let mut event = own_event(id, STARTED, now);
        event.identifiers = identifiers;
        event.properties = BTreeMap::from([("flow".to_owned(), Value::Text(flow.to_owned()))]);
        let Placed::In(_) = self.place(&event)? else {
            return Ok(false);
        };
        self.touched.causes.insert(event.id.clone());
        self.touched.decides = true;
        self.started.push((flow.to_owned(), event));
        Ok(true)
    }
}

/// Whether flows are still to be started in a view.
pub(crate) fn has_starts(view: &impl View) -> Result<bool, Error> {
    let mut has = false;
    view.scan_prefix(keys::STARTS, Order::Ascending, &mut |_, _| {
        has = true;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(has)
}
