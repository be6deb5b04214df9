//! Logins without TLS.

use sha1::Sha1;
use sha2::Sha256;
use sha2::digest::Digest;

use super::packet::{self, Greeting, Reply};
use super::{Client, Refusal};

const NATIVE: &str = "mysql_native_password";
const CACHING: &str = "caching_sha2_password";
/// Steps that a login may take: more than any method needs.
const STEPS: usize = 8;
/// `caching_sha2_password` knows the password; OK follows.
const FAST_OK: &[u8] = &[3];
/// It does not, and wants it in full.
const FULL: &[u8] = &[4];

impl Client {
    /// Answers the greeting until the server accepts or refuses it.
    pub(super) async fn log_in(
        &mut self,
        greeting: &Greeting,
        user: &str,
        password: &[u8],
    ) -> Result<(), Refusal> {
        let plugin = if greeting.plugin == CACHING { CACHING } else { NATIVE };
        let proof = proof(plugin, password, &greeting.nonce).unwrap_or_default();
        let body = packet::handshake(greeting, user, plugin, &proof)
            .ok_or_else(|| Refusal::Other("the server is older than MySQL 4.1".to_owned()))?;
        self.answer(&body).await.map_err(Refusal::Other)?;
        for _ in 0..STEPS {
            if self.step(password).await? {
                return Ok(());
            }
        }
        Err(Refusal::Other("the server finds no end of it".to_owned()))
    }

    /// Whether that was the last.
    async fn step(&mut self, password: &[u8]) -> Result<bool, Refusal> {
        let body = self.read().await.map_err(Refusal::Other)?;
        match packet::reply(&body) {
            Some(Reply::Done) => Ok(true),
            Some(Reply::Error(error)) => Err(Refusal::Server(error)),
            Some(Reply::Switch { plugin, nonce }) => self.switch(&plugin, password, &nonce).await,
            Some(Reply::More(step)) if step == FAST_OK => Ok(false),
            Some(Reply::More(step)) if step == FULL => {
                let why = "the server does not know the password yet (caching_sha2_password) and wants it by TLS or RSA, which this \
                           check has not: let the user log in once by TLS after each restart of the server, or use \
                           mysql_native_password";
                Err(self.give_up(why).await)
            }
            Some(Reply::More(_) | Reply::Data) | None => {
                Err(Refusal::Other("not the answer of a MySQL server".to_owned()))
            }
        }
    }

    async fn switch(&mut self, plugin: &str, password: &[u8], nonce: &[u8]) -> Result<bool, Refusal> {
        let Some(proof) = proof(plugin, password, nonce) else {
            let why = format!(
                "the server wants the authentication method {plugin:?}, which this check has not: use {NATIVE} or {CACHING}"
            );
            return Err(self.give_up(&why).await);
        };
        self.answer(&proof).await.map_err(Refusal::Other)?;
        Ok(false)
    }

    /// Answers with something that is no proof, and waits for the refusal: silence would count as a broken handshake, and so
    /// would anything of another length where the method is ed25519.
    async fn give_up(&mut self, why: &str) -> Refusal {
        if self.answer(&[0; 64]).await.is_ok() {
            let _ = self.read().await;
        }
        Refusal::Other(why.to_owned())
    }
}

/// What shows that the password is known; none: by a method that is not.
pub(super) fn proof(plugin: &str, password: &[u8], nonce: &[u8]) -> Option<Vec<u8>> {
    match (plugin, password) {
        (NATIVE, []) => Some(Vec::new()),
        // no password: a zero, as its clients send it
        (CACHING, []) => Some(vec![0]),
        (NATIVE, _) => {
            let once = Sha1::digest(password);
            let twice = Sha1::digest(once);
            Some(mixed(&once, &Sha1::new().chain_update(nonce).chain_update(twice).finalize()))
        }
        (CACHING, _) => {
            let once = Sha256::digest(password);
            let twice = Sha256::digest(once);
            Some(mixed(&once, &Sha256::new().chain_update(twice).chain_update(nonce).finalize()))
        }
        _ => None,
    }
}

fn mixed(one: &[u8], other: &[u8]) -> Vec<u8> {
    one.iter().zip(other).map(|(one, other)| one ^ other).collect()
}
