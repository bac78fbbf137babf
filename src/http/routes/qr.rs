//! `/v1/qr`: mint, read, redeem and take back the codes that carry a session from one channel to another.
//!
//! Every outcome is an answer with status 200, so that a till needs no error branch.

use axum::{Json, extract::State};
use serde::Deserialize;

use crate::{
    api::{
        Api, QrAnswer, QrKeysAnswer, QrMintAnswer, QrMintRequest, QrReadRequest, QrRedeemRequest,
        QrRevokeRequest, QrSettleAnswer, QrSettleRequest, Token,
    },
    http::{
        access::Asked,
        body::{Asking, Document, MinPosition, Named},
        failure::Failure,
    },
};

/// Where a code is read.
#[derive(Deserialize)]
pub(crate) struct Place {
    store_id: Option<String>,
}

/// Where a code is redeemed or taken back; a repeat under the same id gets the first answer.
#[derive(Deserialize)]
pub(crate) struct Use {
    pub(crate) store_id: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// Mints a code.
pub(crate) async fn mint(
    Asked(api): Asked,
    Document(request): Document<QrMintRequest>,
) -> Result<Json<QrMintAnswer>, Failure> {
    Ok(Json(api.qr_mint(request).await?))
}

/// Reads a code and changes nothing.
pub(crate) async fn read(
    Asked(api): Asked,
    Named(token): Named<Token>,
    MinPosition(min_position): MinPosition,
    Asking(Place { store_id }): Asking<Place>,
) -> Result<Json<QrAnswer>, Failure> {
    let request = QrReadRequest {
        token,
        store_id,
        min_position,
    };
    Ok(Json(api.qr_read(request).await?))
}

/// Redeems a code: one redemption wins.
pub(crate) async fn redeem(
    Asked(api): Asked,
    Named(token): Named<Token>,
    Document(Use { store_id, request_id }): Document<Use>,
) -> Result<Json<QrAnswer>, Failure> {
    let request = QrRedeemRequest {
        token,
        store_id,
        request_id,
    };
    Ok(Json(api.qr_redeem(request).await?))
}

/// Settles what a till redeemed while it was cut off.
pub(crate) async fn settle(
    Asked(api): Asked,
    Document(request): Document<QrSettleRequest>,
) -> Result<Json<QrSettleAnswer>, Failure> {
    Ok(Json(api.qr_settle(request).await?))
}

/// The keys that tills check codes with. Public ones.
pub(crate) async fn keys(State(api): State<Api>) -> Json<QrKeysAnswer> {
    Json(api.qr_keys())
}

/// Takes a code back.
pub(crate) async fn revoke(
    Asked(api): Asked,
    Named(token): Named<Token>,
    Document(Use { request_id, .. }): Document<Use>,
) -> Result<Json<QrAnswer>, Failure> {
    let request = QrRevokeRequest { token, request_id };
    Ok(Json(api.qr_revoke(request).await?))
}
