//! A small mail server.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use config::director::MailTls;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What it does.
#[derive(Clone, Default)]
pub(crate) struct Behaviour {
    pub(crate) tls: Option<(MailTls, Arc<ServerConfig>)>,
    /// only who logs in so may send
    pub(crate) login: Option<(&'static str, &'static str)>,
    /// what it answers to lines that begin so
    pub(crate) refuses: Option<(&'static str, &'static str)>,
    /// it never greets
    pub(crate) silent: bool,
    /// its greeting never ends
    pub(crate) floods: bool,
    /// somebody on the way adds words behind the answer to `STARTTLS`
    pub(crate) injects: bool,
}

#[derive(Default)]
struct Seen {
    log: Vec<String>,
    mails: Vec<String>,
}

pub(crate) struct Server {
    pub(crate) port: u16,
    behaviour: Arc<Mutex<Behaviour>>,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let behaviour = Arc::new(Mutex::new(behaviour));
        let seen = Arc::<Mutex<Seen>>::default();
        let (now, noted) = (Arc::clone(&behaviour), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                let behaviour = now.lock().unwrap().clone();
                tokio::spawn(serve(tcp, behaviour, Arc::clone(&noted)));
            }
        });
        Self { port, behaviour, seen, task }
    }

    pub(crate) fn set(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }

    /// Every command.
    pub(crate) fn log(&self) -> Vec<String> {
        self.seen.lock().unwrap().log.clone()
    }

    pub(crate) fn mails(&self) -> Vec<String> {
        self.seen.lock().unwrap().mails.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(tcp: TcpStream, behaviour: Behaviour, seen: Arc<Mutex<Seen>>) {
    // a client that goes away is what some tests are about
    let _ = match behaviour.tls.clone() {
        Some((MailTls::Tls, config)) => match TlsAcceptor::from(config).accept(tcp).await {
            Ok(tls) => talk(BufReader::new(tls), &behaviour, &seen, true, true).await.map(drop),
            Err(error) => Err(error),
        },
        _ => match talk(BufReader::new(tcp), &behaviour, &seen, true, false).await {
            Ok(Some(tcp)) => {
                let config = behaviour.tls.clone().unwrap().1;
                match TlsAcceptor::from(config).accept(tcp.into_inner()).await {
                    Ok(tls) => talk(BufReader::new(tls), &behaviour, &seen, false, true).await.map(drop),
                    Err(error) => Err(error),
                }
            }
            ended => ended.map(drop),
        },
    };
}

/// Answers the stream where TLS is next.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: BufReader<S>,
    behaviour: &Behaviour,
    seen: &Mutex<Seen>,
    greets: bool,
    encrypted: bool,
) -> std::io::Result<Option<BufReader<S>>> {
    if behaviour.silent {
        std::future::pending::<()>().await;
    }
    if behaviour.floods {
        loop {
            stream.write_all(&[b'2'; 4096]).await?;
        }
    }
    if greets {
        stream.write_all(b"220-mail.example.com\r\n220 ready\r\n").await?;
    }
    let mut may_send = behaviour.login.is_none();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        let shown = match line.split_once("AUTH PLAIN ") {
            Some(_) => format!("AUTH PLAIN ({})", if encrypted { "encrypted" } else { "for all to read" }),
            None => line.to_owned(),
        };
        seen.lock().unwrap().log.push(shown);
        let refused = behaviour.refuses.filter(|(begin, _)| line.starts_with(begin));
        let answer = match line.split(' ').next().unwrap() {
            _ if refused.is_some() => refused.unwrap().1.to_owned(),
            "EHLO" if matches!(behaviour.tls, Some((MailTls::StartTls, _))) && !encrypted => {
                "250-mail.example.com\r\n250-SIZE 1000000\r\n250 STARTTLS".to_owned()
            }
            "EHLO" => "250-mail.example.com\r\n250 AUTH PLAIN LOGIN".to_owned(),
            "STARTTLS" => {
                let injected = if behaviour.injects { "250 injected\r\n" } else { "" };
                stream.write_all(format!("220 go on\r\n{injected}").as_bytes()).await?;
                return Ok(Some(stream));
            }
            "AUTH" => {
                let (user, password) = behaviour.login.unwrap();
                may_send = line.ends_with(&base64(format!("\0{user}\0{password}").as_bytes()));
                if may_send { "235 welcome".to_owned() } else { "535 5.7.8 no".to_owned() }
            }
            "MAIL" if !may_send => "530 5.7.0 log in".to_owned(),
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mail = read_mail(&mut stream).await?;
                seen.lock().unwrap().mails.push(mail);
                "250 taken".to_owned()
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(None);
            }
            _ => "250 ok".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        stream.flush().await?;
    }
}

async fn read_mail<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<String> {
    let mut mail = String::new();
    while !mail.ends_with("\r\n.\r\n") {
        if stream.read_line(&mut mail).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(mail)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = bytes.chunks(3).flat_map(|chunk| {
        let word = (0..3).fold(0_u32, |word, nth| word << 8 | u32::from(*chunk.get(nth).unwrap_or(&0)));
        let letter = move |nth: usize| char::from(LETTERS[(word >> (18 - 6 * nth) & 63) as usize]);
        (0..4).map(move |nth| if nth <= chunk.len() { letter(nth) } else { '=' })
    });
    letters.collect()
}

/// A certificate authority with a file.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: PathBuf,
}

impl Authority {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("lvs-mail-test-{}-{nth}", std::process::id()));
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, directory }
    }

    pub(crate) fn file(&self) -> String {
        self.directory.join("ca.pem").to_str().unwrap().to_owned()
    }

    pub(crate) fn for_name(&self, name: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Arc::new(config)
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}
