//! Steps that take more than a question: a code's way to the till, a view, and the ticket that a rule opened.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::{
    client::error::ClientError,
    command::play::{Player, agent_page, told},
    story::{CALL, StepKind, with_ticket},
};

/// Looks for the ticket that a rule opens, and the pause between them: rules are carried out at once, or very nearly, but
/// for a machine that is busy with other things.
const LOOKS: u32 = 600;
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl Player {
    /// The token of the code that is minted; another step mints none.
    pub(super) fn mint(&self, step: &StepKind) -> Result<Option<String>, ClientError> {
        let StepKind::MintQr {
            identifier: (kind, value),
            basket,
            offer,
            expires,
            store_id,
        } = step
        else {
            return Ok(None);
        };
        let body = json!({
            "identifier": {"kind": kind, "value": value}, "basket": basket, "offer": offer,
            "expires": expires, "store_id": store_id, "purpose": "handoff",
        });
        let answer = self.ask("mint a QR code", "/v1/qr", &body)?;
        let token = answer.get("token").and_then(Value::as_str).map(str::to_owned);
        let shown = token.as_deref().unwrap_or_default();
        self.show([
            format!("code: {shown}"),
            format!(
                "till: {}/pos?store_id={store_id} takes it as a scanner types it",
                self.url
            ),
        ]);
        Ok(token)
    }

    pub(super) fn redeem(&self, token: &str, store_id: &str) -> Result<(), ClientError> {
        let path = format!("/v1/qr/{token}/redeem");
        let answer = self.ask("redeem a QR code", &path, &json!({"store_id": store_id}))?;
        self.show([format!(
            "outcome: {}",
            answer.get("outcome").unwrap_or(&Value::Null)
        )]);
        Ok(())
    }

    pub(super) fn look_up(&self, view: &str, (kind, value): (&str, &str)) -> Result<(), ClientError> {
        let body = json!({"identifiers": [{"kind": kind, "value": value}], "view": view});
        let answer = self.ask("look a customer up", "/v1/lookup", &body)?;
        self.show(told::view(&answer));
        if view == "callcenter" {
            self.show([format!("page: {}", agent_page(&self.url, Some(CALL)))]);
        }
        Ok(())
    }

    /// Closes the ticket that a rule opened beside `beside`.
    pub(super) fn close(
        &self,
        (kind, value): (&str, &str),
        beside: &str,
        event: &Value,
    ) -> Result<(), ClientError> {
        for _ in 0..LOOKS {
            let profile = self.profile(kind, value)?;
            if let Some(ticket) = told::other_ticket(&profile, beside) {
                self.send(&[with_ticket(event, ticket)])?;
                self.show([format!("closed: {ticket}")]);
                return Ok(());
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        self.show(["nobody was given it".to_owned()]);
        Ok(())
    }
}
