//! Browsers and apps: what an event made on one carries.

use crate::cli::generate::{
    draft::{Draft, Origin},
    scene::Numbers,
};

/// A browser or an app, and who is logged in on it.
#[derive(Debug)]
pub(crate) struct Device {
    origin: Origin,
    anonymous_id: String,
    device_id: Option<String>,
    /// The user id of whoever is logged in.
    pub(crate) signed_in: Option<String>,
}

impl Device {
    /// A browser with its cookie.
    pub(crate) fn browser(numbers: &mut Numbers) -> Self {
        let origin = Origin::new("web", "web/shop");
        Self {
            origin,
            anonymous_id: numbers.fresh("a"),
            device_id: None,
            signed_in: None,
        }
    }

    /// A telephone or tablet with the app.
    pub(crate) fn app(numbers: &mut Numbers) -> Self {
        let origin = Origin::new("mobile", "app/android");
        let device_id = Some(numbers.fresh("d"));
        Self {
            origin,
            anonymous_id: numbers.fresh("a"),
            device_id,
            signed_in: None,
        }
    }

    pub(crate) fn is_browser(&self) -> bool {
        self.device_id.is_none()
    }

    /// The cookie or installation is lost: nobody is logged in, and nothing says who was here before.
    pub(crate) fn forget(&mut self, numbers: &mut Numbers) {
        self.anonymous_id = numbers.fresh("a");
        self.signed_in = None;
    }

    /// An event of somebody whom the device does not know.
    pub(crate) fn anonymous(&self, name: &'static str, at: i64) -> Draft {
        let draft = Draft::new(&self.origin, name, at).id("anonymous_id", &self.anonymous_id);
        match &self.device_id {
            Some(device_id) => draft.id("device_id", device_id),
            None => draft,
        }
    }

    /// An event of whoever is logged in.
    pub(crate) fn event(&self, name: &'static str, at: i64) -> Draft {
        let draft = self.anonymous(name, at);
        match &self.signed_in {
            Some(user_id) => draft.id("user_id", user_id),
            None => draft,
        }
    }
}
