//! What a request id is unique for.

use crate::{
    engine::{
        api::{Command, Target, Undo},
        commands::qr::token_key,
    },
    store::Keyring,
};

/// What a request id is unique for: a repeat asks for the same of the same.
pub(super) fn of(command: &Command, keyring: &Keyring) -> String {
    let target = |target: &Target| match target {
        Target::Profile(id) => format!("profile {id}"),
        Target::Identifier(key) => format!("identifier {}", keyring.key(key)),
    };
    match command {
        Command::MintQr(mint) => {
            let (whose, signed) = (target(&mint.target), mint.offline.as_ref());
            let signed = signed.map_or_else(String::new, |benefit| format!(" {benefit:?}"));
            format!("mint {whose} {:?} {:?}{signed}", mint.purpose, mint.store_id)
        }
        Command::RedeemQr { token, store_id } => {
            format!("redeem {} {store_id:?}", token_key(token).value)
        }
        Command::SettleQr { token, store_id, at } => {
            format!("settle {} {store_id:?} {at:?}", token_key(token).value)
        }
        Command::RevokeQr { token } => format!("revoke {}", token_key(token).value),
        Command::Consent {
            target: whose,
            changes,
        } => format!("consent {} {changes:?}", target(whose)),
        Command::Contact { target: whose, ask } => {
            let of = (&ask.way, &ask.purpose, &ask.template, &ask.matter);
            // Whoever asked before there was anything to say beside that is known by the same.
            let saying = &ask.saying;
            let said = (!saying.is_empty()).then(|| {
                let texts = (&saying.product, &saying.offer, &saying.price, &saying.currency);
                format!(" {texts:?} {:?} {:?}", saying.promise, saying.expires)
            });
            format!("contact {} {of:?}{}", target(whose), said.unwrap_or_default())
        }
        Command::Start { flow, target: whose } => format!("start {flow} {}", target(whose)),
        Command::StartAll { flow, segment } => format!("start all {flow} {segment}"),
        Command::Rank(_) => "rank".to_owned(),
        Command::Insights(_) => "insights".to_owned(),
        Command::Route { target: whose, ask } => {
            let of = (&ask.channel, &ask.matter, &ask.language, &ask.call_id);
            format!("route {} {of:?}", target(whose))
        }
        Command::Merge { of: [a, b], .. } => format!("merge {} {}", target(a), target(b)),
        Command::Separate { of: [a, b], .. } => format!("separate {} {}", target(a), target(b)),
        Command::Say(word) => format!("say {}", word.id),
        Command::Erase { target: whose, .. } => format!("erase {}", target(whose)),
        Command::EraseAgain(erasure) => format!("erase again {}", erasure.id),
        Command::EraseOn { erasure, .. } => format!("erase on {erasure}"),
        Command::Note { erasures, progress } => format!("note {progress:?} {erasures:?}"),
        Command::Connect { keys } => {
            let hashes: Vec<String> = keys.iter().map(|key| keyring.key(key).to_string()).collect();
            format!("connect {hashes:?}")
        }
        Command::EraseRefused { profile, .. } => format!("erase refused {profile}"),
        Command::Carry(moved) => format!("carry {}", moved.id()),
        Command::Deleted { places } => format!("deleted {places:?}"),
        Command::Undo { what, .. } => match what {
            Undo::Word(id) => format!("undo word {id}"),
            Undo::Absorbed(id) => format!("undo profile {id}"),
            Undo::Event(id) => format!("undo event {:?}", keyring.event(id)),
        },
    }
}
