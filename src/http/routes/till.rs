//! What tills of a shop do at `/v1/qr`, in the shop: the owner decides it at the other end of the line.

use axum::{Json, extract::State};
use serde_json::Value;

use crate::{
    api::{self, Line, QrRedeemRequest, QrSettleRequest, Token},
    http::{
        Http,
        access::Asked,
        body::{Document, Named},
        duty::Duty,
        failure::Failure,
        routes::qr::Use,
    },
};

/// Redeems a code: one redemption wins.
pub(crate) async fn redeem(
    State(http): State<Http>,
    Asked(api): Asked,
    Named(token): Named<Token>,
    Document(Use { store_id, request_id }): Document<Use>,
) -> Result<Json<Value>, Failure> {
    let request = QrRedeemRequest {
        token,
        store_id,
        request_id,
    };
    Ok(Json(api.qr_redeem_over(line(&http)?, request).await?))
}

/// Settles what a till redeemed while it was cut off, now or once the line is up.
pub(crate) async fn settle(
    State(http): State<Http>,
    Asked(api): Asked,
    Document(request): Document<QrSettleRequest>,
) -> Result<Json<Value>, Failure> {
    Ok(Json(api.qr_settle_over(line(&http)?, request).await?))
}

fn line(http: &Http) -> Result<&dyn Line, Failure> {
    match &http.duty {
        Duty::Shop(_, line) => Ok(line.as_ref()),
        // These routes are a shop's.
        Duty::Owner | Duty::Standby(_) => Err(api::Failure::no_owner().into()),
    }
}
