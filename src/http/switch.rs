//! A service whose routes change while it is served, as a standby becomes the owner. Owns [`Switch`]; connections stay.

use std::{
    convert::Infallible,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{Router, extract::Request};
use tower::{ServiceExt, service_fn};

use crate::{
    api::{self, Class},
    http::failure::Failure,
};

/// The routes that are served now. Clones switch together.
#[derive(Clone, Debug, Default)]
pub struct Switch {
    current: Arc<RwLock<Router>>,
}

impl Switch {
    /// Serves these from now on; requests that are going on end where they began.
    pub fn turn_to(&self, router: Router) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = router;
    }

    /// What serves whatever there is at the moment a request comes.
    pub fn router(&self) -> Router {
        let current = Arc::clone(&self.current);
        Router::new().fallback_service(service_fn(move |request: Request| {
            let router = current.read().unwrap_or_else(PoisonError::into_inner).clone();
            async move {
                Ok::<_, Infallible>(
                    router
                        .oneshot(request)
                        .await
                        .unwrap_or_else(|never| match never {}),
                )
            }
        }))
    }
}

/// What is answered for a tenant that is not served at the moment.
pub fn closed() -> Router {
    Router::new().fallback(async || {
        let message = "answer for a tenant: expected one that is served, and this one has stopped";
        Failure::from(api::Failure::new(
            Class::Unavailable,
            "not_served",
            "The tenant is not served",
            message,
        ))
    })
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::StatusCode,
        routing::get,
    };

    use super::*;

    async fn asked(router: &Router) -> (StatusCode, String) {
        let request = Request::builder().uri("/who").body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn what_is_served_changes_while_it_is_served() {
        let switch = Switch::default();
        let served = switch.router();
        assert_eq!(asked(&served).await.0, StatusCode::NOT_FOUND);
        for name in ["standby", "owner", "standby"] {
            switch.turn_to(Router::new().route("/who", get(move || async move { name })));
            assert_eq!(asked(&served).await, (StatusCode::OK, name.to_owned()));
        }
    }
}
