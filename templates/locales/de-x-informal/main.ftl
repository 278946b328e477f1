### Deutsche Texte der E-Mails und Seiten (Anrede „du“). Nur reiner Text: Auszeichnung gehört in die Vorlagen.
### Endet ein Schlüssel auf -before, -middle oder -after, ist er Teil eines Satzes um einen Link oder fette Wörter herum.

## Datum und Uhrzeit

# Ziffern in Zahlen und Daten: „latn“ für 0 bis 9, „arab“ für arabische, „arabext“ für persische.
number-digits = latn

month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

weekday-1 = Montag
weekday-2 = Dienstag
weekday-3 = Mittwoch
weekday-4 = Donnerstag
weekday-5 = Freitag
weekday-6 = Samstag
weekday-7 = Sonntag

date-long = { $day }. { $month } { $year }
date-weekday = { $weekday }, { $day }. { $month } { $year }
# Werte: $hour24 $hour12 $minute $half (am oder pm) $has_minutes (yes oder no); jede Sprache nimmt, was sie braucht.
time-of-day = { $has_minutes ->
    [yes] { $hour24 }:{ $minute } Uhr
   *[no] { $hour24 } Uhr
}
date-and-time = { $date } um { $time }

## Jede Seite

page-title = { $state } – { $publisher }
page-error-title = Fehler: { $title }
page-home = Zurück zur Startseite
page-contact = Kontakt: { $contact }
imprint = Impressum
privacy = Datenschutz

## Anmeldeformular

form-heading = { $newsletter } als Newsletter
form-heading-generic = Newsletter abonnieren
form-latest = Letzte Ausgabe ansehen
form-email = E-Mail-Adresse
form-submit = Abonnieren
form-extra = Auch { $newsletter }
form-extras-legend = Weitere Newsletter
form-choose-legend = Welche Newsletter möchtest du bekommen?
form-fine-print = Kostenlos und jederzeit abbestellbar. Zuerst senden wir dir eine E-Mail, mit der du die Anmeldung bestätigst.
form-no-tracking = Wir messen nicht, ob du unsere E-Mails öffnest.
form-honeypot = Bitte leer lassen
form-error-address = Gib deine E-Mail-Adresse ein, zum Beispiel name@beispiel.de
form-error-newsletter = Wähle mindestens einen Newsletter aus
form-hint-disposable = Das sieht nach einer Adresse aus, die nur einige Minuten gilt. Wenn du sie behalten möchtest, drück noch einmal auf den Knopf.
form-error-disposable = Diese Adresse gilt nur einige Minuten. Bitte nimm eine, die du behältst.
form-busy = Wird gesendet…
form-failed = Das hat nicht geklappt. Bitte versuch es noch einmal.
form-too-many = Zu viele Versuche. Bitte warte einige Minuten.

## Postfach ansehen

inbox-heading = Sieh in dein Postfach
inbox-sent = Wenn die Adresse stimmt, ist eine E-Mail an dich unterwegs. Klicke darin auf den Link, um die Anmeldung abzuschließen.
inbox-lifetime = { $days ->
    [one] Der Link gilt { $days } Tag.
   *[other] Der Link gilt { $days } Tage.
}
inbox-help = Keine E-Mail bekommen?
inbox-help-wait = Manchmal dauert es ein paar Minuten. Sieh auch im Spam-Ordner nach.
inbox-help-sender = Der Absender ist { $sender }.
inbox-again = Adresse noch einmal eingeben

## Bestätigungsseite und was daraus wird

confirm-heading = Noch ein Klick
confirm-before = Bestätige, dass
confirm-one-middle = den Newsletter
confirm-one-after = { " " }bekommen soll.
confirm-many-after = { " " }diese Newsletter bekommen soll:
confirm-button = Ja, ich möchte den Newsletter
confirm-wrong = Irrtum? Schließ einfach diese Seite.
confirm-auto = Diese Seite erledigt das von selbst, wenn du sie 3 Sekunden lang ansiehst. Du kannst auch gleich auf den Knopf drücken oder, falls es ein Irrtum ist, die Seite schließen.
confirm-auto-stop = Nicht von selbst bestätigen
hidden-link = Nur für Maschinen
hidden-heading = Hier ist nichts zu tun
hidden-why = Dieser Link ist in unseren E-Mails versteckt, damit wir Maschinen wie Virenscanner von Menschen unterscheiden können. Es hat sich nichts geändert. Um deine Anmeldung zu bestätigen, geh zurück zur E-Mail und nimm den Knopf darin.

confirmed-heading = Du bist angemeldet
confirmed-one = Du bekommst jetzt { $newsletter }.
confirmed-next-before = Die nächste Ausgabe kommt am
confirmed-next-after = .
confirmed-next-unknown = Die nächste Ausgabe kommt, sobald es Neues gibt.
confirmed-latest = Letzte Ausgabe lesen
confirmed-latest-of = Letzte Ausgabe von { $newsletter } lesen
readers-feed = { $newsletter } als Feed, nur für dich (Atom)
readers-feed-ask = { $newsletter } als Feed, nur für dich: Link zusenden

already-confirmed-one = Du bekommst { $newsletter } schon
already-confirmed-many = Du bekommst diese Newsletter schon
already-confirmed-note = Es ist nichts mehr zu tun.

expired-heading = Dieser Link ist abgelaufen
expired-explanation = Links gelten nur einige Tage.
expired-resend = Neuen Link senden
expired-resend-note = Du musst nichts noch einmal eingeben.
expired-again = Neu anmelden

unknown-heading = Diesen Link kennen wir nicht
unknown-explanation = Vielleicht wurde er abgeschnitten: Kopiere die ganze Adresse aus der E-Mail.
unknown-again = Neu anmelden

ended-heading-one = { $newsletter } gibt es nicht mehr
ended-heading-many = Diese Newsletter gibt es nicht mehr
ended-explanation = Eine Anmeldung ist nicht mehr möglich.
ended-others = Unsere anderen Newsletter ansehen

## Abbestellen

unsubscribe-heading = { $newsletter } abbestellen?
unsubscribe-note = Solange du den Knopf nicht drückst, ändert sich nichts.
unsubscribe-button = Abbestellen
unsubscribed-heading = Du bekommst { $newsletter } nicht mehr
unsubscribed-note = Das gilt ab sofort.
unsubscribed-mistake = War das ein Versehen?
already-unsubscribed-heading = Du hast diesen Newsletter schon abbestellt
already-unsubscribed-note = Du bekommst { $newsletter } nicht.
subscribe-again = Wieder abonnieren

## Weitere Seiten

test-link-heading = Dieser Link stammt aus einer Testausgabe
test-link-note = Es wurde nichts geändert. In der E-Mail an die Leserinnen und Leser tut der Link, was er soll.
directory-heading = Newsletter
directory-open = { $newsletter } abonnieren
problem-status = Fehler { $status }
problem-not-found = Diese Seite gibt es nicht
problem-not-found-detail = Prüfe die Adresse, oder beginne auf der Startseite.
problem-invalid = Das konnten wir nicht lesen
problem-invalid-detail = Bitte geh zurück und sende das Formular noch einmal.
problem-too-large = Das war zu viel
problem-too-large-detail = Das Formular ist größer, als dieser Server annimmt.
problem-unavailable = Wir sind gerade nicht erreichbar
problem-unavailable-detail = Es ist nichts verloren. Bitte versuch es in einer Minute noch einmal.
problem-internal = Bei uns ist etwas schiefgegangen
problem-internal-detail = Bitte versuch es noch einmal. Wenn es wieder geschieht, sag uns Bescheid: Wir haben es vermerkt.
problem-too-many = Das war sehr oft
problem-too-many-detail = Aus deinem Netz kommen so viele Anfragen, dass wir eine Pause machen. Bitte versuch es später noch einmal.

## Jede E-Mail

mail-kind = E-Mail
mail-label = { $label }:
mail-sent-to = Diese E-Mail ging an { $address }.
mail-imprint-line = Impressum: { $url }
mail-privacy-line = Datenschutz: { $url }

## Bestätigungsmail

confirmation-subject = Bitte bestätigen: { $newsletter }
confirmation-subject-many = { $others ->
    [one] Bitte bestätigen: { $newsletter } und { $others } weiterer
   *[other] Bitte bestätigen: { $newsletter } und { $others } weitere
}
confirmation-preheader = { $days ->
    [one] Ein Klick fehlt noch. Der Link gilt { $days } Tag.
   *[other] Ein Klick fehlt noch. Der Link gilt { $days } Tage.
}
confirmation-heading = Bestätige deine Anmeldung
confirmation-one-before = Du oder jemand anderes hat diese Adresse auf { $site } für
confirmation-one-after = { " " }eingetragen.
confirmation-many = Du oder jemand anderes hat diese Adresse auf { $site } für diese Newsletter eingetragen:
confirmation-button = Weiter zur Bestätigung
confirmation-copy = Oder kopiere diese Adresse in deinen Browser:
confirmation-until = Der Link gilt bis zum { $date }.
confirmation-not-you = Warst du das nicht? Dann musst du nichts tun. Wir schreiben nicht noch einmal.

## E-Mail an eine Adresse, die schon angemeldet ist

already-subject = Du bekommst { $newsletter } schon
already-subject-many = { $others ->
    [one] Du bekommst { $newsletter } und { $others } weiteren schon
   *[other] Du bekommst { $newsletter } und { $others } weitere schon
}
already-preheader = Es ist nichts mehr zu tun.
already-one-before = Diese Adresse wurde gerade noch einmal eingetragen für
already-one-after = . Du bekommst diesen Newsletter schon, es ändert sich also nichts.
already-many = Diese Adresse wurde gerade noch einmal für diese Newsletter eingetragen. Du bekommst sie schon, es ändert sich also nichts.
already-not-you = Warst du das nicht? Dann musst du nichts tun.
already-stop = Möchtest du lieber abbestellen?

## Digest

digest-label = { $newsletter } vom { $date }
digest-test = Test: Diese Ausgabe ging nur an dich.
digest-browser-link = Im Browser ansehen
digest-stories = { $count ->
    [one] { $count } Nachricht
   *[other] { $count } Nachrichten
}
digest-reading-time = { $minutes ->
    [one] { $minutes }{ "\u00A0" }Minute Lesezeit
   *[other] { $minutes }{ "\u00A0" }Minuten Lesezeit
}
digest-byline = Von { $names }
digest-story-time = { $minutes }{ "\u00A0" }Min. Lesezeit
digest-brief = Kurz gemeldet
digest-all-stories = Alle Nachrichten auf { $site }
digest-why = Warum bekommst du diese E-Mail?
digest-ordered-before = Du hast „{ $newsletter }“ am
digest-ordered-frequency-before = Du hast „{ $newsletter }“ ({ $frequency }) am
digest-ordered-middle = mit der Adresse
digest-ordered-after = { " " }bestellt.
digest-unsubscribe = { $newsletter } abbestellen
digest-forwarded = Weitergeleitet bekommen?
digest-forwarded-link = Selbst abonnieren
digest-invite = { $newsletter } per E-Mail
digest-invite-text = Diese Ausgabe gibt es auch per E-Mail.
digest-invite-link = { $newsletter } abonnieren

## E-Mail an Lesende, die etwas Falsches bekommen haben

correction-subject = Berichtigung: { $title }
correction-heading = Berichtigung
correction-about = In der Ausgabe vom { $date } stand der Artikel „{ $title }“.

## Während Anmeldungen angegriffen werden

proof-heading = Einen Moment bitte
proof-why = Zurzeit füllen Maschinen unser Formular aus. Damit wir dich von ihnen unterscheiden können, rechnet dein Browser eine kleine Aufgabe.
proof-working = Das dauert einige Sekunden und geht von selbst weiter.
proof-without-script = Dein Browser kann das nicht, weil Skripte ausgeschaltet oder nicht verfügbar sind. Bitte versuch es in einigen Stunden noch einmal, oder schreib an { $contact }, dann tragen wir dich ein.

## E-Mail an die Redaktion: Anmeldungen werden angegriffen

attack-subject = { $publisher }: Angriff auf die Anmeldungen
attack-heading = Angriff auf die Anmeldungen
attack-seen = In den letzten { $minutes } Minuten gab es { $requests } Anmeldungen; normal sind { $normal }, und ab { $threshold } halten wir es für einen Angriff.
attack-asked = Dadurch gingen { $asked } E-Mails hinaus, von denen Leserinnen und Leser { $confirmed } bestätigt haben.
attack-now = Ab jetzt braucht jede Anmeldung einen Rechennachweis, den Browser von selbst erbringen. Das endet von selbst, wenn es wieder ruhig ist; du musst nichts tun. Danach kannst du die entfernen, die mit dem Angriff kamen und nie bestätigt haben.
attack-look = Wie es steht
attack-purge = Wenn es vorbei ist: was entfernt würde

## E-Mail an die Redaktion: Eine Ausgabe wartet auf Freigabe

approval-subject = Bitte freigeben: { $newsletter }: { $subject }
approval-heading = Eine Ausgabe wartet auf deine Freigabe
approval-what = Die nächste Ausgabe von { $newsletter } ist fertig, mit { $articles ->
    [one] einem Artikel
   *[other] { $articles } Artikeln
} für { $readers ->
    [one] eine Leserin oder einen Leser
   *[other] { $readers } Leserinnen und Leser
}.
approval-when = Die Ausgabe soll am { $date } um { $time } ({ $zone }) hinausgehen.
approval-deadline-send_anyway = Wenn niemand sie anhält, geht sie nach { $time } am { $date } auch ohne Freigabe hinaus.
approval-deadline-skip = Hat sie bis { $time } am { $date } niemand freigegeben, fällt sie aus, und ihre Artikel stehen in der nächsten Ausgabe.
approval-deadline-hold = Hat sie bis { $time } am { $date } niemand freigegeben, wartet sie, bis es jemand tut.
approval-look = Ausgabe ansehen
approval-approve = Freigeben
approval-hold = Anhalten
approval-hash = Eine Freigabe gilt für genau diese Fassung ({ $hash }). Ändern sich Inhalt oder Empfänger, fragen wir noch einmal, und diese Links gelten nicht mehr.

## Seiten für die Redaktion

review-approve-heading = Diese Ausgabe freigeben?
review-approve-note = Die Ausgabe geht an { $readers ->
    [one] eine Leserin oder einen Leser
   *[other] { $readers } Leserinnen und Leser
}.
review-approve-button = Ja, freigeben
review-hold-heading = Diese Ausgabe anhalten?
review-hold-note = Nichts davon geht hinaus, bis sie jemand freigibt. Gedacht ist sie für { $readers ->
    [one] eine Leserin oder einen Leser
   *[other] { $readers } Leserinnen und Leser
}.
review-hold-button = Ja, anhalten
review-approved-heading = Freigegeben
review-approved-note = Die Ausgabe geht zu ihrer Zeit hinaus, an { $readers ->
    [one] eine Leserin oder einen Leser
   *[other] { $readers } Leserinnen und Leser
}.
review-held-heading = Angehalten
review-held-note = Nichts von der Ausgabe geht hinaus, bis sie jemand freigibt.
review-changed-heading = Die Ausgabe hat sich geändert
review-changed-note = Es ist nicht mehr die Fassung, um die es in deiner E-Mail ging. Bitte sieh die neue an, bevor du sie freigibst.
review-closed-heading = Hier ist nichts mehr zu entscheiden
review-closed-note = Die Ausgabe wartet nicht mehr auf eine Freigabe.
review-unknown-heading = Diesen Link kennen wir nicht
review-unknown-note = Vielleicht wurde er abgeschnitten, oder die Ausgabe hat sich geändert und du hast eine neuere E-Mail.
review-warnings = { $count ->
    [one] { $count } Hinweis zur E-Mail (auf Englisch)
   *[other] { $count } Hinweise zur E-Mail (auf Englisch)
}
review-hash = Fassung { $hash }

## Archiv

archive-heading = Archiv
archive-open = Bisherige Ausgaben lesen
archive-none = Hier gibt es noch nichts zu lesen.
archive-newsletter-heading = { $newsletter }: bisherige Ausgaben
archive-empty = Noch wurde keine Ausgabe verschickt.
archive-older = Ältere Ausgaben
archive-newest = Neueste Ausgaben
archive-feed = Als Feed (Atom)
archive-all = Alle Newsletter

## Abbestellen: stattdessen, und danach

unsubscribe-or = Oder:
unsubscribe-weekly = Lieber einmal pro Woche
unsubscribe-pause = Einen Monat pausieren
unsubscribe-all = Alle Newsletter abbestellen
pause-until = Bis zum { $date } bekommst du nichts.
pause-open = Du bekommst nichts, bis du ihn fortsetzt.
done-weekly = Gespeichert. Du bekommst { $newsletter } jetzt einmal in der Woche.
done-paused = Gespeichert. Bis zum { $date } bekommst du nichts.
done-all = Du bekommst keinen Newsletter mehr.
done-undone = Du bekommst { $newsletter } wieder, wie zuvor.
done-too-late = Das lässt sich nicht mehr rückgängig machen. Du kannst dich neu anmelden.
done-reason = Danke.
unsubscribed-undo = Rückgängig
unsubscribed-undo-note = 24 Stunden lang kannst du ihn zurückholen, wie er war.
unsubscribed-undo-wording = Rückgängig
why-legend = Verrätst du uns, warum? (freiwillig)
why-too-many = Zu viele E-Mails
why-not-interesting = Nicht interessant
why-not-signed-up = Nicht angemeldet
why-other = Anderes
why-send = Senden
never-heading = Hat jemand anderes deine Adresse eingetragen?
never-note = Wir können sie für immer sperren: kein Newsletter, keine Bitte um Bestätigung.
never-button = Nie an diese Adresse schreiben
never-done = Wir schreiben nie wieder an diese Adresse.

## Digest

digest-preferences = Seltener bekommen, pausieren oder ändern, was du bekommst

## Einstellungen

preferences-heading = Deine Newsletter
preferences-saved-title = Gespeichert: { $title }
preferences-for = Für
preferences-suppressed = Diese Adresse ist gesperrt: Wir schreiben ihr nie.
preferences-none = Du bekommst keinen Newsletter.
preferences-since = seit { $date }
preferences-how = Wie oft, Sprache, Format, Pause
preferences-every = Wie oft?
every-newsletter = Wie der Newsletter erscheint
every-publication = Sofort bei Veröffentlichung
every-day = Einmal am Tag
every-weekday = Montag bis Freitag
every-week = Einmal in der Woche
every-month = Einmal im Monat
preferences-when-note = Der Tag gilt für „einmal in der Woche“; Stunde und Zeitzone für alle außer den ersten beiden.
preferences-weekday = Wochentag
preferences-hour = Stunde
preferences-zone = Zeitzone
preferences-language = Sprache der E-Mails dazu
preferences-format = Format
preferences-html = Mit Bildern und Gestaltung
preferences-text = Nur Text
preferences-save = Speichern
preferences-pause = Pause bis
preferences-pause-button = Pausieren
preferences-resume = Jetzt fortsetzen
preferences-more = Weitere Newsletter
preferences-join = Auch diesen bekommen
preferences-data = Deine Adresse und deine Daten
preferences-address = Neue E-Mail-Adresse
preferences-address-button = Adresse ändern
preferences-address-note = Wir senden einen Link an die neue Adresse. Erst wenn du ihn anklickst, ändert sich etwas; die alte Adresse erfährt davon.
preferences-forwarded = Newsletter werden weitergeleitet. Um deine Adresse zu sehen oder zu ändern, lass dir einen frischen Link dorthin senden.
preferences-ask-link = Link zusenden
preferences-wrong-zone = Diese Zeitzone kennen wir nicht. Wähle eine aus der Liste, zum Beispiel Europe/Berlin.
preferences-wrong-date = Wähle einen Tag zwischen morgen und heute in einem Jahr.
preferences-done-saved = Gespeichert: { $newsletter }
preferences-done-paused = Gespeichert. { $newsletter } pausiert.
preferences-done-joined = Du bekommst jetzt { $newsletter }.
preferences-done-left = Du bekommst { $newsletter } nicht mehr.
preferences-done-address = Wenn sich die neue Adresse verwenden lässt, ist ein Link dorthin unterwegs. Die Adresse ändert sich, sobald du ihn anklickst.
preferences-ask-heading = Deine Newsletter und Einstellungen
preferences-ask-note = Gib die Adresse ein, an die deine Newsletter gehen. Wir senden einen Link dorthin.
preferences-ask-again = Lass dir einen neuen senden.
preferences-ask-button = Link zusenden
preferences-sent = Wenn wir die Adresse kennen, ist ein Link dorthin unterwegs. Er gilt 7 Tage.

address-confirm-heading = Adresse ändern?
address-confirm-note = Deine Newsletter gehen dann an { $address }.
address-confirm-button = Ja, ändern
address-stop-heading = Änderung der Adresse stoppen?
address-stop-note = Jemand möchte, dass deine Newsletter ab jetzt an { $address } gehen.
address-stop-button = Ja, stoppen
address-done-heading = Deine Adresse ist geändert
address-done-note = Deine Newsletter gehen an { $address }.
address-stopped-heading = Die Änderung ist gestoppt
address-stopped-note = Deine Newsletter gehen dorthin, wohin sie bisher gingen.
address-taken-heading = Diese Adresse lässt sich nicht verwenden
address-taken-note = Die Adresse gehört schon zu jemandem oder ist gesperrt. Es hat sich nichts geändert.

## Mail mit einem angeforderten Link

link-preferences-subject = Dein Link: Newsletter von { $publisher }
link-preferences-heading = Deine Newsletter und Einstellungen
link-preferences-note = Mit diesem Link siehst und änderst du, was du bekommst. Gib ihn nicht weiter: Wer ihn hat, kann in deinem Namen handeln.
link-preferences-button = Zu meinen Newslettern
link-new-subject = Bitte bestätige deine neue Adresse
link-new-note = Die Newsletter von { $publisher } sollen ab jetzt an diese Adresse gehen.
link-new-button = Zur Änderung der Adresse
link-old-subject = Deine Adresse soll sich ändern
link-old-note = Jemand mit deinem Link möchte, dass deine Newsletter ab jetzt an { $address } gehen. Das geschieht, sobald das neue Postfach es bestätigt.
link-old-button = Änderung stoppen
link-taken-subject = Diese Adresse bekommt schon Newsletter
link-taken-note = Jemand wollte Newsletter auf diese Adresse umstellen. Die Adresse gehört schon zu einem Konto bei uns, deshalb hat sich nichts geändert. Mit diesem Link siehst du, was hier ankommt.
link-until = Der Link gilt bis zum { $date }.
link-not-you = Warst du das nicht? Dann musst du nichts tun.
link-old-not-you = Warst du das? Dann musst du hier nichts tun.

## Auskunft und Löschung

preferences-export = Alle Daten herunterladen, die wir über dich speichern (JSON)
preferences-erase = Alles löschen
erase-heading = Alles löschen?
erase-note = Du bekommst keine Newsletter mehr und wir vergessen dich. Das lässt sich nicht rückgängig machen. Es bleibt ein verschlüsseltes Merkmal, damit niemand sonst deine Adresse wieder einträgt; du selbst kannst dich jederzeit neu anmelden.
erase-button = Ja, alles löschen
erase-back = Zurück zu meinen Newslettern
erase-done-heading = Alles ist gelöscht
erase-done-note = Du bekommst keine Newsletter mehr, und wir speichern nichts mehr über dich.

## Nachweis der Einwilligung, für die Redaktion

consent-heading = Nachweis der Einwilligung
consent-whole = Der Nachweis ist vollständig und unverändert: Das Siegel jedes Eintrags stimmt.
consent-broken = Auf den Nachweis ist kein Verlass: Einträge wurden geändert oder fehlen.
consent-address = Adresse
consent-newsletter = Newsletter
consent-issued = Ausgestellt
consent-time = Zeit
consent-obtained = Einwilligung erteilt am
consent-source = Gekommen über
consent-wording = Text an der Schaltfläche
consent-page = Seite
consent-user-agent = Programm des Absenders
consent-client = Netzadresse des Absenders
consent-sealed = Nachträglich versiegelt am
consent-seal = Siegel
consent-action-requested = Angefordert
consent-action-confirmed = Bestätigt
consent-action-withdrawn = Widerrufen
consent-action-added = Von der Redaktion eingetragen
consent-action-changed = Geändert
consent-action-restored = Wiederhergestellt
consent-source-form = Anmeldeformular
consent-source-json = Anmeldung durch ein Programm
consent-source-confirm-page = Seite hinter dem Bestätigungslink
consent-source-unsubscribe-page = Seite hinter dem Abmeldelink
consent-source-preferences = Eigene Seite der Leserin oder des Lesers
consent-source-one-click = Schaltfläche im Mailprogramm
consent-source-api = Systeme der Redaktion
consent-source-demo = Vorführung
