//! Virtual routes: there while the addresses of their router are. The kernel tells them from other routes by their protocol
//! number, so nothing is written down.

use kernel::address::{Addresses, Route};

use crate::notes::{Notes, hinted};

#[derive(Default)]
pub(super) struct Routes {
    /// none: the kernel was not asked yet
    there: Option<Vec<Route>>,
    complained: Vec<String>,
}

impl Routes {
    /// Whether nothing is wanted, and nothing is there.
    pub(super) fn is_idle<T>(&self, wanted: &[T]) -> bool {
        wanted.is_empty() && self.there.as_ref().is_some_and(Vec::is_empty)
    }

    /// Makes it so. Answers what could not be done, by router.
    pub(super) async fn reconcile(
        &mut self,
        addresses: &Addresses,
        wanted: &[(String, Route)],
        notes: &Notes,
    ) -> Vec<(String, String)> {
        if self.is_idle(wanted) {
            return Vec::new();
        }
        let errors = match addresses.routes().await {
            Ok(there) => self.change(addresses, wanted, there, notes).await,
            Err(error) => {
                let error = hinted(&error, error.hint());
                wanted.iter().map(|(router, _)| (router.clone(), error.clone())).collect()
            }
        };
        self.complain(&errors, notes);
        errors
    }

    async fn change(
        &mut self,
        addresses: &Addresses,
        wanted: &[(String, Route)],
        there: Vec<Route>,
        notes: &Notes,
    ) -> Vec<(String, String)> {
        let mut errors = Vec::new();
        let (stay, gone): (Vec<Route>, Vec<Route>) =
            there.into_iter().partition(|found| wanted.iter().any(|(_, route)| route.is_there(found)));
        let mut there = stay.clone();
        for route in gone {
            notes.info(format!("route: ip route delete {route} proto 112"));
            if let Err(error) = addresses.remove_route(&route).await
                && !error.is_gone()
            {
                errors.push((String::new(), hinted(&error, error.hint())));
                there.push(route);
            }
        }
        for (router, route) in
            wanted.iter().filter(|(_, route)| !stay.iter().any(|found| route.is_there(found)))
        {
            match addresses.add_route(route).await {
                Ok(()) => {
                    notes.info(format!("route: ip route add {route} proto 112"));
                    there.push(route.clone());
                }
                Err(error) => errors.push((router.clone(), hinted(&error, error.hint()))),
            }
        }
        self.there = Some(there);
        errors
    }

    fn complain(&mut self, errors: &[(String, String)], notes: &Notes) {
        let errors: Vec<String> = errors.iter().map(|(_, error)| error.clone()).collect();
        for error in errors.iter().filter(|error| !self.complained.contains(error)) {
            notes.warn(format!("cannot put a route, trying again each second: {error}"));
        }
        self.complained = errors;
    }
}
