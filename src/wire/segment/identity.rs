//! Who a Segment message is about.

use std::collections::BTreeMap;

use crate::domain::{
    event::token,
    identifier::{Kind, Trust},
    value::Value,
};
use crate::wire::{
    draft::{Draft, Vouched},
    members::Members,
    rejection::Fault,
    segment::Call,
};

/// States the identifiers of `message` and of the context of `draft`.
///
/// # Errors
/// A [`Fault`] where an id is neither text nor number.
pub(crate) fn state(draft: &mut Draft, message: &mut Members, call: Call) -> Result<(), Fault> {
    let user = message.take_text("userId")?;
    if let Some(anonymous) = message.take_text("anonymousId")? {
        draft.state(Kind::ANONYMOUS_ID, anonymous, Vouched::Says(Trust::Observed));
    }
    // The browser sends the current user as both ends of an alias: that says nothing.
    let previous = message
        .take_text("previousId")?
        .filter(|previous| Some(previous) != user.as_ref());
    if let Some(previous) = previous.filter(|_| call == Call::Alias) {
        draft.state(
            Kind::ANONYMOUS_ID,
            previous.clone(),
            Vouched::Says(Trust::Observed),
        );
        draft.former_user = Some(previous);
    }
    if let Some(user) = user {
        draft.state(Kind::USER_ID, user, Vouched::BySourceAtLeast(Trust::Stated));
    }
    let device = draft
        .context
        .get("device")
        .and_then(|device| text(device.as_map()?, "id"));
    if let Some(device) = device {
        draft.state(Kind::DEVICE_ID, device, Vouched::Says(Trust::Observed));
    }
    state_external(draft);
    if call == Call::Merge {
        state_merged(draft, &message.take_list("mergeProperties")?);
    }
    Ok(())
}

/// States what a `merge` says is one person's, `{type, value}` each. It is a claim like any other: it joins what its kinds
/// and the trust in its source may join.
fn state_merged(draft: &mut Draft, entries: &[Value]) {
    for entry in entries.iter().filter_map(Value::as_map) {
        let kind = text(entry, "type").map(|kind| match token(&kind).as_str() {
            "userid" => Ok(Kind::USER_ID),
            "anonymousid" => Ok(Kind::ANONYMOUS_ID),
            other => Kind::new(other),
        });
        if let (Some(Ok(kind)), Some(value)) = (kind, text(entry, "value")) {
            draft.state(kind, value, Vouched::BySourceAtLeast(Trust::Stated));
        }
    }
}

/// States `context.externalIds`. A type is named as a token (`ios.idfa` is the kind `ios_idfa`); an entry that is about
/// an account, or no entry at all, states nothing.
fn state_external(draft: &mut Draft) {
    let entries = draft
        .context
        .get("externalIds")
        .and_then(Value::as_list)
        .unwrap_or_default();
    let read = |entry: &Value| {
        let entry = entry.as_map()?;
        let about_user = text(entry, "collection").is_none_or(|collection| collection == "users");
        let kind = Kind::new(&token(&text(entry, "type")?))
            .ok()
            .filter(|_| about_user)?;
        Some((kind, text(entry, "id")?))
    };
    let external: Vec<(Kind, String)> = entries.iter().filter_map(read).collect();
    for (kind, id) in external {
        draft.state(kind, id, Vouched::Says(Trust::Stated));
    }
}

fn text(members: &BTreeMap<String, Value>, name: &str) -> Option<String> {
    members
        .get(name)?
        .text_or_number()
        .filter(|text| !text.trim().is_empty())
}
