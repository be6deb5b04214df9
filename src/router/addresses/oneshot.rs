//! Addresses without a daemon: for the commands that say what would be done, do it once, or undo it.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;

use config::director::HeldAddress;
use daemon::run_dir::RunDir;
use kernel::address::Addresses;

use super::HoldError;
use super::hands::{self, Hands, Look};
use super::routes::Routes;
use super::silence::Silence;
use crate::held::{Held, diff};
use crate::notes::Notes;

/// The addresses that are written down as a director's own, with the interface of each.
///
/// # Errors
/// The file cannot be read.
pub fn owned(dir: &RunDir) -> io::Result<BTreeSet<(IpAddr, String)>> {
    let owned = hands::owned(dir)?.into_iter();
    Ok(owned.map(|held| (held.address, held.interface)).collect())
}

/// What [`apply`] would do, one line each.
pub async fn plan(dir: Option<&RunDir>, wanted: &[HeldAddress]) -> Result<Vec<String>, HoldError> {
    let owned = dir.map(hands::owned).transpose().map_err(HoldError::State)?.unwrap_or_default();
    let (links, addresses) = Addresses::open()?.observe().await?;
    let look = Look::new(links, addresses);
    let wanted = with_vips(wanted, &owned, &look);
    Ok(diff(&wanted, &owned, &look.addresses, &look.quiet()).iter().map(ToString::to_string).collect())
}

/// Makes it so, once. The lines say what could not be done. Addresses of virtual routers stay as they are: a director that
/// runs moves them, and one that comes back goes on with them.
pub async fn apply(dir: &RunDir, wanted: &[HeldAddress]) -> Result<Vec<String>, HoldError> {
    let mut hands = Hands::open(dir, Notes::nowhere())?;
    let look = hands.look().await?;
    let wanted = with_vips(wanted, hands.owned(), &look);
    let outcome = hands.reconcile(&wanted, look).await?;
    Ok(outcome.errors.into_iter().map(|(_, error)| error).collect())
}

/// Takes off every address and route that a director put there, and puts `arp_ignore` back. The lines say what could not be
/// done. For when no director runs.
pub async fn cleanup(dir: &RunDir) -> Result<Vec<String>, HoldError> {
    let mut hands = Hands::open(dir, Notes::nowhere())?;
    let look = hands.look().await?;
    let outcome = hands.reconcile(&[], look).await?;
    let mut errors: Vec<String> = outcome.errors.into_iter().map(|(_, error)| error).collect();
    let routes = Routes::default().reconcile(hands.addresses(), &[], &Notes::nowhere()).await;
    errors.extend(routes.into_iter().map(|(_, error)| error));
    Silence::open(dir, Notes::nowhere())?.end(&BTreeSet::new());
    Ok(errors)
}

fn with_vips(wanted: &[HeldAddress], owned: &[Held], look: &Look) -> Vec<Held> {
    let vips = owned.iter().filter(|held| held.router.is_some() && look.has(held)).cloned();
    wanted.iter().map(Held::of).chain(vips).collect()
}
