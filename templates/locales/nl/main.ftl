### Nederlandse teksten van e-mails en pagina’s (je-vorm). Alleen tekst: opmaak hoort in de sjablonen.
### Een sleutel op -before, -middle of -after is een deel van een zin rond een link of vette woorden.

## Datum en tijd

# De cijfers van getallen en datums: ‘latn’ voor 0 tot 9, ‘arab’ voor Oost-Arabische, ‘arabext’ voor Perzische.
number-digits = latn

month-1 = januari
month-2 = februari
month-3 = maart
month-4 = april
month-5 = mei
month-6 = juni
month-7 = juli
month-8 = augustus
month-9 = september
month-10 = oktober
month-11 = november
month-12 = december

weekday-1 = maandag
weekday-2 = dinsdag
weekday-3 = woensdag
weekday-4 = donderdag
weekday-5 = vrijdag
weekday-6 = zaterdag
weekday-7 = zondag

date-long = { $day } { $month } { $year }
date-weekday = { $weekday } { $day } { $month } { $year }
# Waarden: $hour24 $hour12 $minute $half (am of pm) $has_minutes (yes of no); elke taal neemt wat ze nodig heeft.
time-of-day = { $has_minutes ->
    [yes] { $hour24 }.{ $minute } uur
   *[no] { $hour24 } uur
}
date-and-time = { $date } om { $time }

## Elke pagina

page-title = { $state } – { $publisher }
page-error-title = Fout: { $title }
page-home = Terug naar de homepage
page-contact = Contact: { $contact }
imprint = Colofon
privacy = Privacy

## Aanmeldformulier

form-heading = Ontvang { $newsletter } per e-mail
form-heading-generic = Meld je aan voor onze nieuwsbrieven
form-latest = Bekijk de nieuwste editie
form-email = E-mailadres
form-submit = Aanmelden
form-extra = Ook { $newsletter }
form-extras-legend = Meer nieuwsbrieven
form-choose-legend = Welke nieuwsbrieven wil je ontvangen?
form-fine-print = Gratis, en afmelden kan altijd. Eerst sturen we je een e-mail waarmee je de aanmelding bevestigt.
form-no-tracking = We meten niet of je onze e-mails opent.
form-honeypot = Dit veld leeg laten
form-error-address = Vul je e-mailadres in, bijvoorbeeld naam@voorbeeld.nl
form-error-newsletter = Kies ten minste één nieuwsbrief
form-hint-disposable = Dit lijkt een adres dat maar een paar minuten werkt. Wilt u het houden, druk dan nog een keer op de knop.
form-error-disposable = Dit adres werkt maar een paar minuten. Gebruik een adres dat u houdt.
form-busy = Bezig met verzenden…
form-failed = Dat is niet gelukt. Probeer het opnieuw.
form-too-many = Te veel pogingen. Wacht een paar minuten.

## Kijk in je mailbox

inbox-heading = Kijk in je mailbox
inbox-sent = Als het adres klopt, is er een e-mail naar je onderweg. Klik op de link daarin om de aanmelding af te ronden.
inbox-lifetime = { $days ->
    [one] De link werkt { $days } dag.
   *[other] De link werkt { $days } dagen.
}
inbox-help = Geen e-mail ontvangen?
inbox-help-wait = Soms duurt het een paar minuten. Kijk ook in de spammap.
inbox-help-sender = De afzender is { $sender }.
inbox-again = Het adres opnieuw invullen

## Bevestigingspagina en wat erop volgt

confirm-heading = Nog één klik
confirm-before = Bevestig dat
confirm-one-middle = de nieuwsbrief
confirm-one-after = { " " }wil ontvangen.
confirm-many-after = { " " }deze nieuwsbrieven wil ontvangen:
confirm-button = Ja, meld me aan
confirm-wrong = Vergissing? Sluit deze pagina gewoon.
confirm-auto = Deze pagina bevestigt vanzelf als je er 3 seconden naar kijkt. Je kunt ook meteen op de knop drukken, of de pagina sluiten als het een vergissing is.
confirm-auto-stop = Niet vanzelf bevestigen
hidden-link = Alleen voor machines
hidden-heading = Hier hoef je niets te doen
hidden-why = Deze link is verborgen in onze e-mails, zodat we machines zoals virusscanners van mensen kunnen onderscheiden. Er is niets veranderd. Wil je je aanmelding bevestigen, ga dan terug naar de e-mail en gebruik de knop daarin.

confirmed-heading = Je bent aangemeld
confirmed-one = Je ontvangt nu { $newsletter }.
confirmed-next-before = De volgende editie komt op
confirmed-next-after = .
confirmed-next-unknown = De volgende editie komt zodra er iets nieuws is.
confirmed-latest = Lees de nieuwste editie
confirmed-latest-of = Lees de nieuwste editie van { $newsletter }
readers-feed = { $newsletter } als feed, alleen voor jou (Atom)
readers-feed-ask = { $newsletter } als feed, alleen voor jou: stuur me mijn link

already-confirmed-one = Je ontvangt { $newsletter } al
already-confirmed-many = Je ontvangt deze nieuwsbrieven al
already-confirmed-note = Je hoeft niets meer te doen.

expired-heading = Deze link is verlopen
expired-explanation = Links werken maar een paar dagen.
expired-resend = Stuur een nieuwe link
expired-resend-note = Je hoeft niets opnieuw in te vullen.
expired-again = Opnieuw aanmelden

unknown-heading = We kennen deze link niet
unknown-explanation = Misschien is hij afgebroken: kopieer het hele adres uit de e-mail.
unknown-again = Opnieuw aanmelden

ended-heading-one = { $newsletter } is gestopt
ended-heading-many = Deze nieuwsbrieven zijn gestopt
ended-explanation = Aanmelden is niet meer mogelijk.
ended-others = Bekijk onze andere nieuwsbrieven

## Afmelden

unsubscribe-heading = Afmelden voor { $newsletter }?
unsubscribe-note = Er verandert niets tot je op de knop drukt.
unsubscribe-button = Afmelden
unsubscribed-heading = Je ontvangt { $newsletter } niet meer
unsubscribed-note = Dit geldt meteen.
unsubscribed-mistake = Was het een vergissing?
already-unsubscribed-heading = Je hebt je al afgemeld
already-unsubscribed-note = Je ontvangt { $newsletter } niet.
subscribe-again = Weer aanmelden

## Andere pagina’s

test-link-heading = Deze link komt uit een testexemplaar
test-link-note = Er is niets veranderd. In de e-mail aan lezers doet de link wat hij moet doen.
directory-heading = Nieuwsbrieven
directory-open = { $newsletter } ontvangen
problem-status = Fout { $status }
problem-not-found = Deze pagina bestaat niet
problem-not-found-detail = Controleer het adres of begin op de homepage.
problem-invalid = Dat konden we niet lezen
problem-invalid-detail = Ga terug en verstuur het formulier opnieuw.
problem-too-large = Dat was te veel
problem-too-large-detail = Het formulier is groter dan deze server aanneemt.
problem-unavailable = We zijn even niet bereikbaar
problem-unavailable-detail = Er is niets verloren. Probeer het over een minuut opnieuw.
problem-internal = Er ging bij ons iets mis
problem-internal-detail = Probeer het opnieuw. Gebeurt het weer, laat het ons dan weten: we hebben het genoteerd.
problem-too-many = Te veel verzoeken
problem-too-many-detail = Er komen zo veel verzoeken van uw netwerk dat we even pauzeren. Probeer het later opnieuw.

## Elke e-mail

mail-kind = e-mail
mail-label = { $label }:
mail-sent-to = Deze e-mail is gestuurd naar { $address }.
mail-imprint-line = Colofon: { $url }
mail-privacy-line = Privacy: { $url }

## Bevestigingsmail

confirmation-subject = Bevestig je aanmelding: { $newsletter }
confirmation-subject-many = { $others ->
    [one] Bevestig je aanmelding: { $newsletter } en nog { $others }
   *[other] Bevestig je aanmelding: { $newsletter } en nog { $others }
}
confirmation-preheader = { $days ->
    [one] Nog één klik. De link werkt { $days } dag.
   *[other] Nog één klik. De link werkt { $days } dagen.
}
confirmation-heading = Bevestig je aanmelding
confirmation-one-before = Jij, of iemand anders, heeft dit adres op { $site } ingevuld voor
confirmation-one-after = .
confirmation-many = Jij, of iemand anders, heeft dit adres op { $site } ingevuld voor deze nieuwsbrieven:
confirmation-button = Naar de bevestiging
confirmation-copy = Of kopieer dit adres in je browser:
confirmation-until = De link werkt tot en met { $date }.
confirmation-not-you = Was jij dit niet? Dan hoef je niets te doen. We schrijven niet nog eens.

## E-mail aan een adres dat al is aangemeld

already-subject = Je ontvangt { $newsletter } al
already-subject-many = { $others ->
    [one] Je ontvangt { $newsletter } en nog { $others } al
   *[other] Je ontvangt { $newsletter } en nog { $others } al
}
already-preheader = Je hoeft niets meer te doen.
already-one-before = Dit adres is zojuist opnieuw ingevuld voor
already-one-after = . Je ontvangt deze nieuwsbrief al, dus er verandert niets.
already-many = Dit adres is zojuist opnieuw ingevuld voor deze nieuwsbrieven. Je ontvangt ze al, dus er verandert niets.
already-not-you = Was jij dit niet? Dan hoef je niets te doen.
already-stop = Wil je je liever afmelden?

## De digest

digest-label = { $newsletter } van { $date }
digest-test = Test: dit exemplaar ging alleen naar jou.
digest-browser-link = Bekijk in de browser
digest-stories = { $count ->
    [one] { $count } bericht
   *[other] { $count } berichten
}
digest-reading-time = { $minutes ->
    [one] { $minutes }{ "\u00A0" }minuut lezen
   *[other] { $minutes }{ "\u00A0" }minuten lezen
}
digest-byline = Door { $names }
digest-story-time = { $minutes }{ "\u00A0" }min. lezen
digest-brief = Kort
digest-all-stories = Alle berichten op { $site }
digest-why = Waarom krijg je deze e-mail?
digest-ordered-before = Je bestelde ‘{ $newsletter }’ op
digest-ordered-frequency-before = Je bestelde ‘{ $newsletter }’ ({ $frequency }) op
digest-ordered-middle = met het adres
digest-ordered-after = .
digest-unsubscribe = Afmelden voor { $newsletter }
digest-forwarded = Doorgestuurd gekregen?
digest-forwarded-link = Meld je aan
digest-invite = { $newsletter } per e-mail
digest-invite-text = Deze editie komt ook per e-mail.
digest-invite-link = Aanmelden voor { $newsletter }

## E-mail aan lezers die iets onjuists kregen

correction-subject = Rectificatie: { $title }
correction-heading = Rectificatie
correction-about = In de editie van { $date } stond het artikel ‘{ $title }’.

## Tijdens een aanval op aanmeldingen

proof-heading = Een ogenblik
proof-why = Op dit moment vullen machines ons formulier in. Om u daarvan te kunnen onderscheiden, maakt uw browser een kleine som.
proof-working = Dat duurt een paar seconden en gaat vanzelf verder.
proof-without-script = Uw browser kan dit niet, omdat scripts uitgeschakeld of niet beschikbaar zijn. Probeer het over een paar uur opnieuw, of schrijf naar { $contact }, dan voegen we u toe.

## E-mail aan de redactie: aanval op aanmeldingen

attack-subject = { $publisher }: de aanmeldingen worden aangevallen
attack-heading = De aanmeldingen worden aangevallen
attack-seen = In de laatste { $minutes } minuten waren er { $requests } aanmeldingen; { $normal } is normaal, en vanaf { $threshold } houden we het voor een aanval.
attack-asked = Ze veroorzaakten { $asked } e-mails, waarvan er { $confirmed } zijn bevestigd.
attack-now = Vanaf nu heeft elke aanmelding een rekenbewijs nodig, dat browsers vanzelf leveren. Dat stopt vanzelf als het weer rustig is; u hoeft niets te doen. Daarna kunt u degenen verwijderen die met de aanval kwamen en nooit hebben bevestigd.
attack-look = Hoe het ervoor staat
attack-purge = Als het voorbij is: wat er verwijderd zou worden

## E-mail aan de redactie: een editie wacht op goedkeuring

approval-subject = Goed te keuren: { $newsletter }: { $subject }
approval-heading = Een editie wacht op je goedkeuring
approval-what = De volgende editie van { $newsletter } is klaar, met { $articles ->
    [one] één artikel
   *[other] { $articles } artikelen
} voor { $readers ->
    [one] één lezer
   *[other] { $readers } lezers
}.
approval-when = Ze wordt verstuurd op { $date } om { $time } ({ $zone }).
approval-deadline-send_anyway = Als niemand haar tegenhoudt, gaat ze na { $time } op { $date } ook zonder goedkeuring uit.
approval-deadline-skip = Heeft niemand haar voor { $time } op { $date } goedgekeurd, dan wordt ze niet verstuurd en staan haar artikelen in de volgende editie.
approval-deadline-hold = Heeft niemand haar voor { $time } op { $date } goedgekeurd, dan wacht ze tot iemand het doet.
approval-look = Bekijk de editie
approval-approve = Goedkeuren
approval-hold = Tegenhouden
approval-hash = Een goedkeuring geldt voor precies deze versie ({ $hash }). Veranderen inhoud of lezers, dan vragen we het opnieuw en werken deze links niet meer.

## Pagina’s voor de redactie

review-approve-heading = Deze editie goedkeuren?
review-approve-note = Ze gaat naar { $readers ->
    [one] één lezer
   *[other] { $readers } lezers
}.
review-approve-button = Ja, versturen
review-hold-heading = Deze editie tegenhouden?
review-hold-note = Er wordt niets van verstuurd tot iemand haar goedkeurt of vrijgeeft. Ze is bedoeld voor { $readers ->
    [one] één lezer
   *[other] { $readers } lezers
}.
review-hold-button = Ja, tegenhouden
review-approved-heading = Goedgekeurd
review-approved-note = De editie gaat op haar tijd uit, naar { $readers ->
    [one] één lezer
   *[other] { $readers } lezers
}.
review-held-heading = Tegengehouden
review-held-note = Er wordt niets van de editie verstuurd tot iemand haar goedkeurt of vrijgeeft.
review-changed-heading = De editie is veranderd
review-changed-note = Het is niet meer de versie waar je e-mail over ging. Bekijk de nieuwe voor je haar goedkeurt.
review-closed-heading = Er valt niets meer te beslissen
review-closed-note = De editie wacht niet meer op goedkeuring.
review-unknown-heading = We kennen deze link niet
review-unknown-note = Misschien is hij afgebroken, of de editie is veranderd en je hebt een nieuwere e-mail.
review-warnings = { $count ->
    [one] { $count } opmerking over de e-mail (in het Engels)
   *[other] { $count } opmerkingen over de e-mail (in het Engels)
}
review-hash = Versie { $hash }

## Het archief

archive-heading = Archief
archive-open = Lees eerdere edities
archive-none = Hier is nog niets te lezen.
archive-newsletter-heading = { $newsletter }: eerdere edities
archive-empty = Er is nog geen editie verstuurd.
archive-older = Oudere edities
archive-newest = Nieuwste edities
archive-feed = Als feed (Atom)
archive-all = Alle nieuwsbrieven

## Afmelden: in plaats daarvan, en daarna

unsubscribe-or = Of:
unsubscribe-weekly = Liever één keer per week
unsubscribe-pause = Een maand pauzeren
unsubscribe-all = Alle nieuwsbrieven opzeggen
pause-until = Tot { $date } krijgt u niets.
pause-open = U krijgt niets tot u hem hervat.
done-weekly = Opgeslagen. U krijgt { $newsletter } nu één keer per week.
done-paused = Opgeslagen. Tot { $date } krijgt u niets.
done-all = U krijgt geen nieuwsbrieven meer.
done-undone = U krijgt { $newsletter } weer, zoals voorheen.
done-too-late = Dit kan niet meer ongedaan worden gemaakt. U kunt zich opnieuw aanmelden.
done-reason = Bedankt.
unsubscribed-undo = Ongedaan maken
unsubscribed-undo-note = U kunt hem 24 uur lang terugkrijgen zoals hij was.
unsubscribed-undo-wording = Ongedaan maken
why-legend = Wilt u ons vertellen waarom? (niet verplicht)
why-too-many = Te veel e-mails
why-not-interesting = Niet interessant
why-not-signed-up = Ik heb me niet aangemeld
why-other = Iets anders
why-send = Versturen
never-heading = Heeft iemand anders uw adres ingevuld?
never-note = We kunnen het voorgoed uitsluiten: geen nieuwsbrief, geen verzoek om bevestiging.
never-button = Nooit naar dit adres schrijven
never-done = We schrijven nooit meer naar dit adres.

## Digest

digest-preferences = Minder vaak krijgen, pauzeren of wijzigen wat u krijgt

## Voorkeuren

preferences-heading = Uw nieuwsbrieven
preferences-saved-title = Opgeslagen: { $title }
preferences-for = Voor
preferences-suppressed = Dit adres staat op de lijst waarnaar nooit iets wordt gestuurd.
preferences-none = U krijgt geen nieuwsbrief.
preferences-since = sinds { $date }
preferences-how = Hoe vaak, taal, vorm, pauze
preferences-every = Hoe vaak?
every-newsletter = Zoals de nieuwsbrief verschijnt
every-publication = Zodra er iets verschijnt
every-day = Eén keer per dag
every-weekday = Maandag tot en met vrijdag
every-week = Eén keer per week
every-month = Eén keer per maand
preferences-when-note = De dag geldt voor één keer per week; uur en tijdzone voor alles behalve de eerste twee.
preferences-weekday = Dag van de week
preferences-hour = Uur
preferences-zone = Tijdzone
preferences-language = Taal van e-mails hierover
preferences-format = Vorm
preferences-html = Met beelden en opmaak
preferences-text = Alleen tekst
preferences-save = Opslaan
preferences-pause = Pauze tot
preferences-pause-button = Pauzeren
preferences-resume = Nu hervatten
preferences-more = Meer nieuwsbrieven
preferences-join = Deze ook krijgen
preferences-data = Uw adres en uw gegevens
preferences-address = Nieuw e-mailadres
preferences-address-button = Adres wijzigen
preferences-address-note = We sturen een link naar het nieuwe adres. Het verandert als u erop klikt; het oude krijgt bericht.
preferences-forwarded = Nieuwsbrieven worden doorgestuurd. Laat een nieuwe link naar uw adres sturen om het te zien of te wijzigen.
preferences-ask-link = Stuur me mijn link
preferences-wrong-zone = We kennen deze tijdzone niet. Kies er een uit de lijst, zoals Europe/Amsterdam.
preferences-wrong-date = Kies een dag tussen morgen en over een jaar.
preferences-done-saved = Opgeslagen: { $newsletter }
preferences-done-paused = Opgeslagen. { $newsletter } pauzeert.
preferences-done-joined = U krijgt nu { $newsletter }.
preferences-done-left = U krijgt { $newsletter } niet meer.
preferences-done-address = Als het nieuwe adres bruikbaar is, hebben we er een link heen gestuurd. Uw adres verandert als u erop klikt.
preferences-ask-heading = Uw nieuwsbrieven en instellingen
preferences-ask-note = Vul het adres in waarop uw nieuwsbrieven komen. We sturen er een link heen.
preferences-ask-again = Laat een nieuwe sturen.
preferences-ask-button = Stuur me mijn link
preferences-sent = Als we het adres kennen, hebben we er een link heen gestuurd. Die werkt 7 dagen.

address-confirm-heading = Uw adres wijzigen?
address-confirm-note = Uw nieuwsbrieven gaan dan naar { $address }.
address-confirm-button = Ja, wijzigen
address-stop-heading = De wijziging van het adres stoppen?
address-stop-note = Iemand heeft gevraagd uw nieuwsbrieven voortaan naar { $address } te sturen.
address-stop-button = Ja, stoppen
address-done-heading = Uw adres is gewijzigd
address-done-note = Uw nieuwsbrieven gaan naar { $address }.
address-stopped-heading = De wijziging is gestopt
address-stopped-note = Uw nieuwsbrieven gaan waar ze voorheen heen gingen.
address-taken-heading = Dit adres kan niet worden gebruikt
address-taken-note = Het is al van iemand, of er mag niets heen worden gestuurd. Er is niets veranderd.

## E-mail met een gevraagde link

link-preferences-subject = Uw link: nieuwsbrieven van { $publisher }
link-preferences-heading = Uw nieuwsbrieven en instellingen
link-preferences-note = Met deze link ziet en wijzigt u wat u krijgt. Geef hem niet door: wie hem heeft, kan in uw naam handelen.
link-preferences-button = Naar mijn nieuwsbrieven
link-new-subject = Bevestig uw nieuwe adres
link-new-note = De nieuwsbrieven van { $publisher } moeten voortaan op dit adres komen.
link-new-button = Naar de wijziging van het adres
link-old-subject = Uw adres wordt gewijzigd
link-old-note = Iemand met uw link heeft gevraagd uw nieuwsbrieven voortaan naar { $address } te sturen. Het verandert als de nieuwe mailbox dat bevestigt.
link-old-button = De wijziging stoppen
link-taken-subject = Dit adres krijgt al nieuwsbrieven
link-taken-note = Iemand wilde nieuwsbrieven naar dit adres verhuizen. Het is al van een lezer, dus er is niets veranderd. Met deze link ziet u wat hier komt.
link-until = De link werkt tot { $date }.
link-not-you = Was u dat niet? Dan hoeft u niets te doen.
link-old-not-you = Was u dat? Dan hoeft u hier niets te doen.

## Exporteren en verwijderen

preferences-export = Alle gegevens downloaden die we over u hebben (JSON)
preferences-erase = Alles verwijderen
erase-heading = Alles verwijderen?
erase-note = U krijgt geen nieuwsbrieven meer en we vergeten u. Dat kan niet ongedaan worden gemaakt. Er blijft een versleuteld kenmerk, zodat niemand anders uw adres weer invult; u kunt zich altijd opnieuw aanmelden.
erase-button = Ja, alles verwijderen
erase-back = Terug naar mijn nieuwsbrieven
erase-done-heading = Alles is verwijderd
erase-done-note = U krijgt geen nieuwsbrieven meer, en we hebben niets meer over u.

## Bewijs van toestemming, voor de redactie

consent-heading = Bewijs van toestemming
consent-whole = Het bewijs is volledig en ongewijzigd: het zegel van elke vermelding klopt.
consent-broken = Op dit bewijs kan niet worden vertrouwd: er zijn vermeldingen gewijzigd of ze ontbreken.
consent-address = Adres
consent-newsletter = Nieuwsbrief
consent-issued = Afgegeven
consent-time = Tijd
consent-obtained = Toestemming gegeven op
consent-source = Gekomen via
consent-wording = Tekst bij de knop
consent-page = Pagina
consent-user-agent = Programma van de afzender
consent-client = Netwerkadres van de afzender
consent-sealed = Later verzegeld, op
consent-seal = Zegel
consent-action-requested = Aangevraagd
consent-action-confirmed = Bevestigd
consent-action-withdrawn = Ingetrokken
consent-action-added = Toegevoegd door de redactie
consent-action-changed = Gewijzigd
consent-action-restored = Hersteld
consent-source-form = Aanmeldformulier
consent-source-json = Aanmelding door een programma
consent-source-confirm-page = Pagina achter de bevestigingslink
consent-source-unsubscribe-page = Pagina achter de afmeldlink
consent-source-preferences = Eigen pagina van de lezer
consent-source-one-click = Knop in het mailprogramma
consent-source-api = Systemen van de redactie
consent-source-demo = Demonstratie
