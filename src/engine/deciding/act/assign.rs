//! What is given to somebody who sees to it: a ticket of our own that is open until somebody closes it, and an action that
//! says whose it is.

use std::collections::BTreeMap;

use crate::{
    decide::{contact::Outcome as Decision, rule::flow},
    domain::{event::token, time::Timestamp, value::Value},
    engine::{
        deciding::act::{Acted, Doing, Done, Kind, Written, texts, with::With},
        state::batch::Batch,
    },
    store::Error,
    wire::time,
};

impl Batch<'_> {
    /// Opens a ticket for the customer and tells whose it is.
    pub(super) fn assign(
        &mut self,
        doing: &Doing<'_>,
        (team, within_us): (&str, Option<u64>),
        with: With,
        now: Timestamp,
    ) -> Result<Done, Error> {
        let due = within_us
            .map(|within| now.saturating_add(within))
            .or(with.expires);
        let ticket = format!("{}-{}", doing.flow.name, self.id_of(doing, "ticket"));
        let assignee = self.assignee(team, &ticket);
        let subject = with.values.get("subject").and_then(Value::text_or_number);
        let whose = texts([
            ("ticket_id", Some(ticket.as_str())),
            ("team", Some(team)),
            ("assignee", assignee.as_deref()),
            ("subject", subject.as_deref()),
            ("due", due.map(time::format).as_deref()),
        ]);
        let opened = Written {
            name: "Ticket Opened",
            part: "ticket",
            expires: due,
            properties: whose.clone(),
        };
        if self.write(doing, opened, now)?.is_none() {
            return Ok(Done::Impossible);
        }
        let mut values = with.values;
        values.extend(whose);
        let kind = Kind::Assign {
            team: team.to_owned(),
        };
        let with = With { values, expires: due };
        self.have_done(doing, kind, with, now)
    }

    /// Has a channel do something that is no message.
    pub(super) fn have_done(
        &mut self,
        doing: &Doing<'_>,
        kind: Kind,
        with: With,
        now: Timestamp,
    ) -> Result<Done, Error> {
        let said = [
            ("decision", Some(Decision::Allow.as_str())),
            ("channel", Some(doing.act.channel())),
            ("name", Some(doing.act.name())),
            ("matter", Some(&doing.message())),
        ];
        let mut properties = doing.named();
        properties.extend(texts(said));
        let told = (!with.values.is_empty()).then(|| ("with".to_owned(), Value::Map(with.values.clone())));
        properties.extend(told);
        let decided = Written {
            name: "Action Decided",
            part: "",
            expires: with.expires,
            properties,
        };
        let Some((event, atom)) = self.write(doing, decided, now)? else {
            return Ok(Done::Impossible);
        };
        let acted: Acted = doing.acted((event.id, atom), kind, with.values, now);
        self.acts.push(acted);
        Ok(Done::Decided)
    }

    /// Writes down that nothing is done, so that the effect of the flow can be told.
    pub(super) fn hold_out(&mut self, doing: &Doing<'_>, now: Timestamp) -> Result<Done, Error> {
        let mut properties: BTreeMap<String, Value> = doing.named();
        properties.extend(texts([
            ("decision", Some(Decision::Suppress.as_str())),
            ("reason", Some(flow::HOLDOUT)),
            ("channel", Some(doing.act.channel())),
            ("name", Some(doing.act.name())),
        ]));
        let held_out = Written {
            name: "Action Decided",
            part: "",
            expires: None,
            properties,
        };
        let written = self.write(doing, held_out, now)?;
        Ok(written.map_or(Done::Impossible, |_| Done::Decided))
    }

    /// Who of a team sees to a ticket: each of those whom the configuration names as often as the others, about. Nobody where
    /// it names none.
    fn assignee(&self, team: &str, ticket: &str) -> Option<String> {
        let team = token(team);
        let roster = self.rules.decide.routing.agents.0.iter();
        let members: Vec<&String> = roster
            .filter(|(_, staff)| staff.skills.contains(&team))
            .map(|(id, _)| id)
            .collect();
        let turn = usize::from(u16::from_be_bytes(self.keyring.turn(ticket)));
        let place = turn.checked_rem(members.len())?;
        members.get(place).map(|id| (*id).clone())
    }
}
