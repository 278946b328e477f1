### Testi italiani di e-mail e pagine (si dà del tu). Solo testo: la formattazione sta nei modelli.
### Una chiave che finisce in -before, -middle o -after è parte di una frase attorno a un link o a parole in grassetto.
### Prima di una data non sta mai un articolo: «il 13 gennaio», ma «l’8 gennaio».

## Date e ore

# Le cifre di numeri e date: «latn» per 0–9, «arab» per quelle arabe orientali, «arabext» per quelle persiane.
number-digits = latn

month-1 = gennaio
month-2 = febbraio
month-3 = marzo
month-4 = aprile
month-5 = maggio
month-6 = giugno
month-7 = luglio
month-8 = agosto
month-9 = settembre
month-10 = ottobre
month-11 = novembre
month-12 = dicembre

weekday-1 = lunedì
weekday-2 = martedì
weekday-3 = mercoledì
weekday-4 = giovedì
weekday-5 = venerdì
weekday-6 = sabato
weekday-7 = domenica

date-long = { $day ->
    [1] 1º
   *[other] { $day }
} { $month } { $year }
date-weekday = { $weekday } { $day ->
    [1] 1º
   *[other] { $day }
} { $month } { $year }
# Valori: $hour24 $hour12 $minute $half (am o pm) $has_minutes (yes o no); ogni lingua usa quelli che le servono.
time-of-day = { $has_minutes ->
    [yes] { $hour24 }:{ $minute }
   *[no] { $hour24 }
}
date-and-time = { $date }, ore { $time }

## Ogni pagina

page-title = { $state } – { $publisher }
page-error-title = Errore: { $title }
page-home = Torna alla home
page-contact = Contatti: { $contact }
imprint = Note legali
privacy = Privacy

## Modulo di iscrizione

form-heading = Ricevi { $newsletter } via e-mail
form-heading-generic = Iscriviti alle nostre newsletter
form-latest = Leggi l’ultimo numero
form-email = Indirizzo e-mail
form-submit = Iscriviti
form-extra = Anche { $newsletter }
form-extras-legend = Altre newsletter
form-choose-legend = Quali newsletter vuoi ricevere?
form-fine-print = Gratis, e puoi disiscriverti in ogni momento. Prima ti mandiamo un’e-mail per confermare.
form-no-tracking = Non misuriamo se apri le nostre e-mail.
form-honeypot = Lascia vuoto questo campo
form-error-address = Scrivi il tuo indirizzo e-mail, per esempio nome@esempio.it
form-error-newsletter = Scegli almeno una newsletter
form-hint-disposable = Sembra un indirizzo che funziona solo per pochi minuti. Se vuole tenerlo, prema di nuovo il pulsante.
form-error-disposable = Questo indirizzo funziona solo per pochi minuti. Ne usi uno che conserva.
form-busy = Invio in corso…
form-failed = Qualcosa non ha funzionato. Riprovi.
form-too-many = Troppi tentativi. Attenda qualche minuto.

## Controlla la posta

inbox-heading = Controlla la posta
inbox-sent = Se l’indirizzo è giusto, ti abbiamo mandato un’e-mail. Clicca sul link che contiene per completare l’iscrizione.
inbox-lifetime = { $days ->
    [one] Il link vale { $days } giorno.
   *[other] Il link vale { $days } giorni.
}
inbox-help = Non è arrivato niente?
inbox-help-wait = Può volerci qualche minuto. Guarda anche nella cartella dello spam.
inbox-help-sender = Il mittente è { $sender }.
inbox-again = Scrivi di nuovo l’indirizzo

## Pagina di conferma e quel che segue

confirm-heading = Manca un clic
confirm-before = Conferma che
confirm-one-middle = vuole ricevere
confirm-one-after = .
confirm-many-after = { " " }vuole ricevere queste newsletter:
confirm-button = Sì, voglio iscrivermi
confirm-wrong = È un errore? Chiudi semplicemente questa pagina.
confirm-auto = Questa pagina conferma da sola dopo che è rimasta aperta davanti a te per 3 secondi. Puoi premere subito il pulsante oppure chiudere la pagina se è un errore.
confirm-auto-stop = Non confermare automaticamente
hidden-link = Solo per le macchine
hidden-heading = Qui non c’è niente da fare
hidden-why = Questo link è nascosto nelle nostre e-mail per poter distinguere le macchine, come gli antivirus, dalle persone. Non è cambiato nulla. Per confermare l’iscrizione, torna all’e-mail e usa il pulsante.

confirmed-heading = L’iscrizione è confermata
confirmed-one = Da ora ricevi { $newsletter }.
confirmed-next-before = Il prossimo numero arriva
confirmed-next-after = .
confirmed-next-unknown = Il prossimo numero arriva appena ci sono novità.
confirmed-latest = Leggi l’ultimo numero
confirmed-latest-of = Leggi l’ultimo numero di { $newsletter }
readers-feed = { $newsletter } come feed, solo per te (Atom)
readers-feed-ask = { $newsletter } come feed, solo per te: inviami il mio link

already-confirmed-one = Ricevi già { $newsletter }
already-confirmed-many = Ricevi già queste newsletter
already-confirmed-note = Non devi fare altro.

expired-heading = Questo link è scaduto
expired-explanation = I link valgono solo qualche giorno.
expired-resend = Manda un nuovo link
expired-resend-note = Non devi riscrivere niente.
expired-again = Iscriviti di nuovo

unknown-heading = Non conosciamo questo link
unknown-explanation = Forse è stato tagliato: copia l’indirizzo intero dall’e-mail.
unknown-again = Iscriviti di nuovo

ended-heading-one = { $newsletter } non esce più
ended-heading-many = Queste newsletter non escono più
ended-explanation = Non è più possibile iscriversi.
ended-others = Vedi le nostre altre newsletter

## Disiscrizione

unsubscribe-heading = Vuoi disiscriverti da { $newsletter }?
unsubscribe-note = Finché non premi il pulsante non cambia niente.
unsubscribe-button = Disiscriviti
unsubscribed-heading = Non ricevi più { $newsletter }
unsubscribed-note = Ha effetto immediato.
unsubscribed-mistake = È stato un errore?
already-unsubscribed-heading = La disiscrizione era già avvenuta
already-unsubscribed-note = Non ricevi { $newsletter }.
subscribe-again = Iscriviti di nuovo

## Altre pagine

test-link-heading = Questo link viene da una copia di prova
test-link-note = Non è stato cambiato niente. Nell’e-mail per i lettori il link fa il suo lavoro.
directory-heading = Newsletter
directory-open = Ricevi { $newsletter }
problem-status = Errore { $status }
problem-not-found = Questa pagina non esiste
problem-not-found-detail = Controlla l’indirizzo o riparti dalla home.
problem-invalid = Non siamo riusciti a leggere la richiesta
problem-invalid-detail = Torna indietro e invia di nuovo il modulo.
problem-too-large = Era troppo
problem-too-large-detail = Il modulo è più grande di quanto questo server accetti.
problem-unavailable = Per un momento non siamo raggiungibili
problem-unavailable-detail = Non è andato perso niente. Riprova tra un minuto.
problem-internal = Qualcosa è andato storto da parte nostra
problem-internal-detail = Riprova. Se succede ancora, avvisaci: ne abbiamo preso nota.
problem-too-many = Troppe richieste
problem-too-many-detail = Dalla Sua rete arrivano così tante richieste che facciamo una pausa. Riprovi più tardi.

## Ogni e-mail

mail-kind = e-mail
mail-label = { $label }:
mail-sent-to = Questa e-mail è stata inviata a { $address }.
mail-imprint-line = Note legali: { $url }
mail-privacy-line = Privacy: { $url }

## E-mail di conferma

confirmation-subject = Conferma l’iscrizione: { $newsletter }
confirmation-subject-many = { $others ->
    [one] Conferma l’iscrizione: { $newsletter } e un’altra
   *[other] Conferma l’iscrizione: { $newsletter } e altre { $others }
}
confirmation-preheader = { $days ->
    [one] Manca solo un clic. Il link vale { $days } giorno.
   *[other] Manca solo un clic. Il link vale { $days } giorni.
}
confirmation-heading = Conferma la tua iscrizione
confirmation-one-before = Tu, o qualcun altro, avete scritto questo indirizzo su { $site } per ricevere
confirmation-one-after = .
confirmation-many = Tu, o qualcun altro, avete scritto questo indirizzo su { $site } per ricevere queste newsletter:
confirmation-button = Vai alla conferma
confirmation-copy = Oppure copia questo indirizzo nel browser:
confirmation-until = Ultimo giorno di validità del link: { $date }.
confirmation-not-you = Non l’hai chiesto tu? Allora non fare niente. Non scriveremo più.

## E-mail a un indirizzo già iscritto

already-subject = Ricevi già { $newsletter }
already-subject-many = { $others ->
    [one] Ricevi già { $newsletter } e un’altra
   *[other] Ricevi già { $newsletter } e altre { $others }
}
already-preheader = Non devi fare altro.
already-one-before = Questo indirizzo è stato appena scritto di nuovo per
already-one-after = . Ricevi già questa newsletter, quindi non cambia niente.
already-many = Questo indirizzo è stato appena scritto di nuovo per queste newsletter. Le ricevi già, quindi non cambia niente.
already-not-you = Non l’hai chiesto tu? Allora non fare niente.
already-stop = Preferisci disiscriverti?

## Il digest

digest-label = { $newsletter }, { $date }
digest-test = Prova: questa copia è stata mandata solo a te.
digest-browser-link = Leggi nel browser
digest-stories = { $count ->
    [one] { $count } notizia
   *[other] { $count } notizie
}
digest-reading-time = { $minutes ->
    [one] { $minutes }{ "\u00A0" }minuto di lettura
   *[other] { $minutes }{ "\u00A0" }minuti di lettura
}
digest-byline = Di { $names }
digest-story-time = { $minutes }{ "\u00A0" }min di lettura
digest-brief = In breve
digest-all-stories = Tutte le notizie su { $site }
digest-why = Perché ricevi questa e-mail?
digest-ordered-before = Hai richiesto «{ $newsletter }» in data
digest-ordered-frequency-before = Hai richiesto «{ $newsletter }» ({ $frequency }) in data
digest-ordered-middle = con l’indirizzo
digest-ordered-after = .
digest-unsubscribe = Disiscriviti da { $newsletter }
digest-forwarded = Te l’hanno inoltrata?
digest-forwarded-link = Iscriviti
digest-invite = { $newsletter } via e-mail
digest-invite-text = Questo numero arriva anche via e-mail.
digest-invite-link = Iscriviti a { $newsletter }

## E-mail a chi ha ricevuto un errore

correction-subject = Rettifica: { $title }
correction-heading = Rettifica
correction-about = L’edizione del { $date } conteneva l’articolo «{ $title }».

## Durante un attacco alle iscrizioni

proof-heading = Un momento, per favore
proof-why = In questo momento delle macchine compilano il nostro modulo. Per poterLa distinguere da loro, il Suo browser fa un piccolo calcolo.
proof-working = Ci vogliono alcuni secondi, poi prosegue da solo.
proof-without-script = Il Suo browser non può farlo, perché gli script sono disattivati o non disponibili. Riprovi tra qualche ora, oppure scriva a { $contact } e La iscriveremo.

## E-mail alla redazione: attacco alle iscrizioni

attack-subject = { $publisher }: le iscrizioni sono sotto attacco
attack-heading = Le iscrizioni sono sotto attacco
attack-seen = Negli ultimi { $minutes } minuti ci sono state { $requests } iscrizioni; { $normal } sono normali, e da { $threshold } in poi lo consideriamo un attacco.
attack-asked = Hanno causato { $asked } e-mail, di cui { $confirmed } sono state confermate.
attack-now = Da ora ogni iscrizione richiede una prova di lavoro, che i browser svolgono da soli. Finisce da sola quando torna la calma; non deve fare nulla. Dopo potrà rimuovere chi è arrivato con l’attacco e non ha mai confermato.
attack-look = A che punto siamo
attack-purge = Quando sarà finita: che cosa verrebbe rimosso

## E-mail alla redazione: un numero aspetta l’approvazione

approval-subject = Da approvare: { $newsletter }: { $subject }
approval-heading = Un numero aspetta la tua approvazione
approval-what = Il prossimo numero di { $newsletter } è pronto, con { $articles ->
    [one] un articolo
   *[other] { $articles } articoli
} per { $readers ->
    [one] una persona iscritta
   *[other] { $readers } persone iscritte
}.
approval-when = L’invio è previsto in data { $date }, ore { $time } ({ $zone }).
approval-deadline-send_anyway = Se nessuno lo ferma, parte dopo le ore { $time } del giorno { $date } anche senza approvazione.
approval-deadline-skip = Se nessuno lo approva entro le ore { $time } del giorno { $date }, non viene inviato e i suoi articoli passano al numero successivo.
approval-deadline-hold = Se nessuno lo approva entro le ore { $time } del giorno { $date }, aspetta finché qualcuno lo fa.
approval-look = Guarda il numero
approval-approve = Approva
approval-hold = Ferma
approval-hash = L’approvazione vale solo per questa versione ({ $hash }). Se cambiano il contenuto o i destinatari, chiediamo di nuovo e questi link non funzionano più.

## Pagine per la redazione

review-approve-heading = Approvi questo numero?
review-approve-note = Va a { $readers ->
    [one] una persona iscritta
   *[other] { $readers } persone iscritte
}.
review-approve-button = Sì, invialo
review-hold-heading = Fermi questo numero?
review-hold-note = Non parte niente finché qualcuno non lo approva o lo sblocca. È destinato a { $readers ->
    [one] una persona iscritta
   *[other] { $readers } persone iscritte
}.
review-hold-button = Sì, fermalo
review-approved-heading = Approvato
review-approved-note = Il numero parte alla sua ora, per { $readers ->
    [one] una persona iscritta
   *[other] { $readers } persone iscritte
}.
review-held-heading = Fermato
review-held-note = Non parte niente del numero finché qualcuno non lo approva o lo sblocca.
review-changed-heading = Il numero è cambiato
review-changed-note = Non è la versione di cui parlava la tua e-mail. Guarda quella nuova prima di approvarla.
review-closed-heading = Non c’è più niente da decidere
review-closed-note = Il numero non aspetta più un’approvazione.
review-unknown-heading = Non conosciamo questo link
review-unknown-note = Forse è stato tagliato, oppure il numero è cambiato e hai un’e-mail più recente.
review-warnings = { $count ->
    [one] { $count } osservazione sull’e-mail (in inglese)
   *[other] { $count } osservazioni sull’e-mail (in inglese)
}
review-hash = Versione { $hash }

## L’archivio

archive-heading = Archivio
archive-open = Leggi i numeri passati
archive-none = Qui non c’è ancora niente da leggere.
archive-newsletter-heading = { $newsletter }: numeri passati
archive-empty = Non è stato ancora inviato nessun numero.
archive-older = Numeri precedenti
archive-newest = Numeri più recenti
archive-feed = Come feed (Atom)
archive-all = Tutte le newsletter

## Cancellazione: alternative, e dopo

unsubscribe-or = Oppure:
unsubscribe-weekly = Meglio una volta alla settimana
unsubscribe-pause = Pausa di un mese
unsubscribe-all = Annulla tutte le newsletter
pause-until = Non riceve nulla fino al { $date }.
pause-open = Non riceve nulla finché non la riprende.
done-weekly = Salvato. Ora riceve { $newsletter } una volta alla settimana.
done-paused = Salvato. Non riceve nulla fino al { $date }.
done-all = Non riceve più nessuna newsletter.
done-undone = Riceve di nuovo { $newsletter }, come prima.
done-too-late = Non si può più annullare. Può iscriversi di nuovo.
done-reason = Grazie.
unsubscribed-undo = Annulla
unsubscribed-undo-note = Per 24 ore può riaverla com’era.
unsubscribed-undo-wording = Annulla
why-legend = Ci dice perché? (facoltativo)
why-too-many = Troppe e-mail
why-not-interesting = Non interessante
why-not-signed-up = Non mi sono iscritto
why-other = Altro
why-send = Invia
never-heading = Qualcun altro ha inserito il Suo indirizzo?
never-note = Possiamo bloccarlo per sempre: nessuna newsletter, nessuna richiesta di conferma.
never-button = Non scrivere mai a questo indirizzo
never-done = Non scriveremo mai più a questo indirizzo.

## Digest

digest-preferences = Riceverla meno spesso, metterla in pausa o cambiare cosa riceve

## Preferenze

preferences-heading = Le Sue newsletter
preferences-saved-title = Salvato: { $title }
preferences-for = Per
preferences-suppressed = Questo indirizzo è tra quelli a cui non si invia mai nulla.
preferences-none = Non riceve nessuna newsletter.
preferences-since = dal { $date }
preferences-how = Frequenza, lingua, formato, pausa
preferences-every = Quanto spesso?
every-newsletter = Quando esce la newsletter
every-publication = Appena esce qualcosa
every-day = Una volta al giorno
every-weekday = Dal lunedì al venerdì
every-week = Una volta alla settimana
every-month = Una volta al mese
preferences-when-note = Il giorno vale per «una volta alla settimana»; ora e fuso orario per tutte tranne le prime due.
preferences-weekday = Giorno della settimana
preferences-hour = Ora
preferences-zone = Fuso orario
preferences-language = Lingua delle e-mail relative
preferences-format = Formato
preferences-html = Con immagini e grafica
preferences-text = Solo testo
preferences-save = Salva
preferences-pause = Pausa fino al
preferences-pause-button = Metti in pausa
preferences-resume = Riprendi ora
preferences-more = Altre newsletter
preferences-join = Ricevi anche questa
preferences-data = Il Suo indirizzo e i Suoi dati
preferences-address = Nuovo indirizzo e-mail
preferences-address-button = Cambia indirizzo
preferences-address-note = Inviamo un link al nuovo indirizzo. Cambia quando lo apre e conferma; il vecchio viene avvisato.
preferences-forwarded = Le newsletter vengono inoltrate. Per vedere o cambiare il Suo indirizzo, si faccia inviare lì un nuovo link.
preferences-ask-link = Inviami il mio link
preferences-wrong-zone = Non conosciamo questo fuso orario. Ne scelga uno dall’elenco, per esempio Europe/Rome.
preferences-wrong-date = Scelga un giorno tra domani e fra un anno.
preferences-done-saved = Salvato: { $newsletter }
preferences-done-paused = Salvato. { $newsletter } è in pausa.
preferences-done-joined = Ora riceve { $newsletter }.
preferences-done-left = Non riceve più { $newsletter }.
preferences-done-address = Se il nuovo indirizzo si può usare, vi abbiamo inviato un link. L’indirizzo cambia quando lo apre e conferma.
preferences-ask-heading = Le Sue newsletter e impostazioni
preferences-ask-note = Inserisca l’indirizzo a cui arrivano le Sue newsletter. Vi inviamo un link.
preferences-ask-again = Se ne faccia inviare uno nuovo.
preferences-ask-button = Inviami il mio link
preferences-sent = Se conosciamo l’indirizzo, vi abbiamo inviato un link. Funziona per 7 giorni.

address-confirm-heading = Cambiare indirizzo?
address-confirm-note = Le Sue newsletter arriveranno a { $address }.
address-confirm-button = Sì, cambia
address-stop-heading = Fermare il cambio di indirizzo?
address-stop-note = Qualcuno ha chiesto che le Sue newsletter arrivino d’ora in poi a { $address }.
address-stop-button = Sì, ferma
address-done-heading = Il Suo indirizzo è cambiato
address-done-note = Le Sue newsletter arrivano a { $address }.
address-stopped-heading = Il cambio è stato fermato
address-stopped-note = Le Sue newsletter arrivano dove arrivavano prima.
address-taken-heading = Questo indirizzo non si può usare
address-taken-note = Appartiene già a qualcuno, oppure non vi si può scrivere. Non è cambiato nulla.

## E-mail con un link richiesto

link-preferences-subject = Il Suo link: newsletter di { $publisher }
link-preferences-heading = Le Sue newsletter e impostazioni
link-preferences-note = Con questo link vede e cambia ciò che riceve. Non lo dia ad altri: chi lo ha può agire a Suo nome.
link-preferences-button = Alle mie newsletter
link-new-subject = Confermi il Suo nuovo indirizzo
link-new-note = Le newsletter di { $publisher } devono arrivare d’ora in poi a questo indirizzo.
link-new-button = Al cambio di indirizzo
link-old-subject = Il Suo indirizzo sta per cambiare
link-old-note = Qualcuno con il Suo link ha chiesto che le Sue newsletter arrivino d’ora in poi a { $address }. Cambia quando la nuova casella lo conferma.
link-old-button = Ferma il cambio
link-taken-subject = Questo indirizzo riceve già newsletter
link-taken-note = Qualcuno voleva spostare le sue newsletter a questo indirizzo. Appartiene già a qualcuno, quindi non è cambiato nulla. Con questo link vede ciò che arriva qui.
link-until = Il link funziona fino al { $date }.
link-not-you = Non è stato Lei? Allora non faccia nulla.
link-old-not-you = È stato Lei? Allora qui non deve fare nulla.

## Esportazione e cancellazione

preferences-export = Scaricare tutti i dati che abbiamo su di Lei (JSON)
preferences-erase = Cancellare tutto
erase-heading = Cancellare tutto?
erase-note = Non riceverà più newsletter e La dimenticheremo. Non si può annullare. Resta un’impronta cifrata, perché nessun altro inserisca il Suo indirizzo; Lei può iscriversi di nuovo in ogni momento.
erase-button = Sì, cancellare tutto
erase-back = Torna alle mie newsletter
erase-done-heading = Tutto è cancellato
erase-done-note = Non riceve più newsletter e non abbiamo più nulla su di Lei.

## Registro del consenso, per la redazione

consent-heading = Prova del consenso
consent-whole = La prova è completa e immutata: il sigillo di ogni voce è corretto.
consent-broken = La prova non è attendibile: alcune voci sono state modificate o mancano.
consent-address = Indirizzo
consent-newsletter = Newsletter
consent-issued = Emesso il
consent-time = Data e ora
consent-obtained = Consenso dato il
consent-source = Arrivato tramite
consent-wording = Testo del pulsante
consent-page = Pagina
consent-user-agent = Programma del client
consent-client = Indirizzo del client
consent-sealed = Sigillato in seguito, il
consent-seal = Sigillo
consent-action-requested = Richiesto
consent-action-confirmed = Confermato
consent-action-withdrawn = Revocato
consent-action-added = Aggiunto dalla redazione
consent-action-changed = Modificato
consent-action-restored = Ripristinato
consent-source-form = Modulo di iscrizione
consent-source-json = Iscrizione tramite un programma
consent-source-confirm-page = Pagina del link di conferma
consent-source-unsubscribe-page = Pagina del link di disiscrizione
consent-source-preferences = Pagina personale del lettore
consent-source-one-click = Pulsante del programma di posta
consent-source-api = Sistemi della redazione
consent-source-demo = Dimostrazione
