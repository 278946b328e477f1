### Polskie teksty e-maili i stron (na „ty”, bez form zależnych od płci). Sam tekst: formatowanie należy do szablonów.
### Klucz zakończony na -before, -middle lub -after jest częścią zdania wokół odnośnika lub pogrubionych słów.

## Daty i godziny

# Cyfry w liczbach i datach: „latn” to 0–9, „arab” to cyfry wschodnioarabskie, „arabext” – perskie.
number-digits = latn

# W dopełniaczu, jak w „13 stycznia”.
month-1 = stycznia
month-2 = lutego
month-3 = marca
month-4 = kwietnia
month-5 = maja
month-6 = czerwca
month-7 = lipca
month-8 = sierpnia
month-9 = września
month-10 = października
month-11 = listopada
month-12 = grudnia

weekday-1 = poniedziałek
weekday-2 = wtorek
weekday-3 = środa
weekday-4 = czwartek
weekday-5 = piątek
weekday-6 = sobota
weekday-7 = niedziela

date-long = { $day } { $month } { $year }
date-weekday = { $weekday }, { $day } { $month } { $year }
# Wartości: $hour24 $hour12 $minute $half (am lub pm) $has_minutes (yes lub no); każdy język bierze te, których potrzebuje.
time-of-day = { $hour24 }:{ $minute }
date-and-time = { $date }, godz. { $time }

## Każda strona

page-title = { $state } – { $publisher }
page-error-title = Błąd: { $title }
page-home = Wróć na stronę główną
page-contact = Kontakt: { $contact }
imprint = Nota prawna
privacy = Prywatność

## Formularz zapisu

form-heading = { $newsletter } w Twojej skrzynce
form-heading-generic = Zapisz się na nasze newslettery
form-latest = Zobacz ostatnie wydanie
form-email = Adres e-mail
form-submit = Zapisz się
form-extra = Także { $newsletter }
form-extras-legend = Inne newslettery
form-choose-legend = Które newslettery chcesz otrzymywać?
form-fine-print = Bezpłatnie, z możliwością rezygnacji w każdej chwili. Najpierw wyślemy Ci e-mail z prośbą o potwierdzenie.
form-no-tracking = Nie sprawdzamy, czy otwierasz nasze e-maile.
form-honeypot = Pozostaw to pole puste
form-error-address = Podaj swój adres e-mail, na przykład imie@przyklad.pl
form-error-newsletter = Wybierz co najmniej jeden newsletter
form-hint-disposable = To wygląda na adres, który działa tylko kilka minut. Aby go zachować, proszę jeszcze raz nacisnąć przycisk.
form-error-disposable = Ten adres działa tylko kilka minut. Proszę użyć takiego, który pozostanie.
form-busy = Wysyłanie…
form-failed = Nie udało się. Proszę spróbować ponownie.
form-too-many = Zbyt wiele prób. Proszę odczekać kilka minut.

## Zajrzyj do skrzynki

inbox-heading = Zajrzyj do skrzynki
inbox-sent = Jeśli adres jest poprawny, wysłaliśmy do Ciebie e-mail. Kliknij zawarty w nim link, aby dokończyć zapis.
inbox-lifetime = { $days ->
    [one] Link działa przez { $days } dzień.
    [few] Link działa przez { $days } dni.
    [many] Link działa przez { $days } dni.
   *[other] Link działa przez { $days } dnia.
}
inbox-help = E-mail nie dotarł?
inbox-help-wait = Czasem trwa to kilka minut. Zajrzyj też do folderu ze spamem.
inbox-help-sender = Nadawcą jest { $sender }.
inbox-again = Podaj adres jeszcze raz

## Strona potwierdzenia i co po niej

confirm-heading = Jeszcze jedno kliknięcie
confirm-before = Potwierdź, że
confirm-one-middle = ma otrzymywać
confirm-one-after = .
confirm-many-after = { " " }ma otrzymywać te newslettery:
confirm-button = Tak, zapisuję się
confirm-wrong = To pomyłka? Po prostu zamknij tę stronę.
confirm-auto = Ta strona potwierdzi zapis sama, gdy będzie wyświetlana przez 3 sekundy. Możesz od razu nacisnąć przycisk albo zamknąć stronę, jeśli to pomyłka.
confirm-auto-stop = Nie potwierdzaj automatycznie
hidden-link = Tylko dla maszyn
hidden-heading = Tu nie trzeba nic robić
hidden-why = Ten link jest ukryty w naszych e-mailach, abyśmy mogli odróżnić maszyny, na przykład skanery antywirusowe, od ludzi. Nic się nie zmieniło. Aby potwierdzić zapis, wróć do e-maila i użyj przycisku.

confirmed-heading = Zapis potwierdzony
confirmed-one = Od teraz otrzymujesz { $newsletter }.
confirmed-next-before = Następne wydanie:
confirmed-next-after = .
confirmed-next-unknown = Następne wydanie przyjdzie, gdy tylko pojawi się coś nowego.
confirmed-latest = Przeczytaj ostatnie wydanie
confirmed-latest-of = Przeczytaj ostatnie wydanie: { $newsletter }
readers-feed = { $newsletter } jako kanał, tylko dla Ciebie (Atom)
readers-feed-ask = { $newsletter } jako kanał, tylko dla Ciebie: wyślij mi mój link

already-confirmed-one = Już otrzymujesz { $newsletter }
already-confirmed-many = Już otrzymujesz te newslettery
already-confirmed-note = Nic więcej nie trzeba robić.

expired-heading = Ten link wygasł
expired-explanation = Linki działają tylko kilka dni.
expired-resend = Wyślij nowy link
expired-resend-note = Nie musisz niczego wpisywać ponownie.
expired-again = Zapisz się ponownie

unknown-heading = Nie znamy tego linku
unknown-explanation = Być może został ucięty: skopiuj cały adres z e-maila.
unknown-again = Zapisz się ponownie

ended-heading-one = { $newsletter } już się nie ukazuje
ended-heading-many = Te newslettery już się nie ukazują
ended-explanation = Zapis nie jest już możliwy.
ended-others = Zobacz nasze inne newslettery

## Rezygnacja

unsubscribe-heading = Zrezygnować z newslettera { $newsletter }?
unsubscribe-note = Nic się nie zmieni, dopóki nie naciśniesz przycisku.
unsubscribe-button = Rezygnuję
unsubscribed-heading = Nie otrzymujesz już newslettera { $newsletter }
unsubscribed-note = Zmiana obowiązuje od razu.
unsubscribed-mistake = To pomyłka?
already-unsubscribed-heading = Ten newsletter został już odwołany
already-unsubscribed-note = Nie otrzymujesz newslettera { $newsletter }.
subscribe-again = Zapisz się ponownie

## Inne strony

test-link-heading = Ten link pochodzi z egzemplarza próbnego
test-link-note = Nic nie zostało zmienione. W e-mailu do czytelników link działa jak należy.
directory-heading = Newslettery
directory-open = Otrzymuj { $newsletter }
problem-status = Błąd { $status }
problem-not-found = Ta strona nie istnieje
problem-not-found-detail = Sprawdź adres albo zacznij od strony głównej.
problem-invalid = Nie udało się tego odczytać
problem-invalid-detail = Wróć i wyślij formularz jeszcze raz.
problem-too-large = To było za dużo
problem-too-large-detail = Formularz jest większy, niż przyjmuje ten serwer.
problem-unavailable = Przez chwilę jesteśmy niedostępni
problem-unavailable-detail = Nic nie przepadło. Spróbuj ponownie za minutę.
problem-internal = Coś poszło nie tak po naszej stronie
problem-internal-detail = Spróbuj ponownie. Jeśli to się powtórzy, daj nam znać: odnotowaliśmy błąd.
problem-too-many = Zbyt wiele żądań
problem-too-many-detail = Z tej sieci przychodzi tak wiele żądań, że robimy przerwę. Proszę spróbować później.

## Każdy e-mail

mail-kind = e-mail
mail-label = { $label }:
mail-sent-to = Ten e-mail wysłano na adres { $address }.
mail-imprint-line = Nota prawna: { $url }
mail-privacy-line = Prywatność: { $url }

## E-mail z prośbą o potwierdzenie

confirmation-subject = Potwierdź zapis: { $newsletter }
confirmation-subject-many = { $others ->
    [one] Potwierdź zapis: { $newsletter } i jeszcze { $others }
    [few] Potwierdź zapis: { $newsletter } i jeszcze { $others }
    [many] Potwierdź zapis: { $newsletter } i jeszcze { $others }
   *[other] Potwierdź zapis: { $newsletter } i jeszcze { $others }
}
confirmation-preheader = { $days ->
    [one] Brakuje jednego kliknięcia. Link działa przez { $days } dzień.
    [few] Brakuje jednego kliknięcia. Link działa przez { $days } dni.
    [many] Brakuje jednego kliknięcia. Link działa przez { $days } dni.
   *[other] Brakuje jednego kliknięcia. Link działa przez { $days } dnia.
}
confirmation-heading = Potwierdź zapis
confirmation-one-before = Ktoś, być może Ty, podał ten adres na stronie { $site }, aby otrzymywać
confirmation-one-after = .
confirmation-many = Ktoś, być może Ty, podał ten adres na stronie { $site }, aby otrzymywać te newslettery:
confirmation-button = Przejdź do potwierdzenia
confirmation-copy = Albo skopiuj ten adres do przeglądarki:
confirmation-until = Link działa do { $date }.
confirmation-not-you = To nie Ty? W takim razie nic nie rób. Nie napiszemy ponownie.

## E-mail na adres, który jest już zapisany

already-subject = Już otrzymujesz { $newsletter }
already-subject-many = { $others ->
    [one] Już otrzymujesz { $newsletter } i jeszcze { $others }
    [few] Już otrzymujesz { $newsletter } i jeszcze { $others }
    [many] Już otrzymujesz { $newsletter } i jeszcze { $others }
   *[other] Już otrzymujesz { $newsletter } i jeszcze { $others }
}
already-preheader = Nic więcej nie trzeba robić.
already-one-before = Ten adres właśnie podano ponownie dla
already-one-after = . Już otrzymujesz ten newsletter, więc nic się nie zmienia.
already-many = Ten adres właśnie podano ponownie dla tych newsletterów. Już je otrzymujesz, więc nic się nie zmienia.
already-not-you = To nie Ty? W takim razie nic nie rób.
already-stop = Wolisz zrezygnować?

## Przegląd

digest-label = { $newsletter }, { $date }
digest-test = Test: ten egzemplarz wysłano tylko do Ciebie.
digest-browser-link = Zobacz w przeglądarce
digest-stories = { $count ->
    [one] { $count } artykuł
    [few] { $count } artykuły
    [many] { $count } artykułów
   *[other] { $count } artykułu
}
digest-reading-time = { $minutes ->
    [one] { $minutes }{ "\u00A0" }minuta czytania
    [few] { $minutes }{ "\u00A0" }minuty czytania
    [many] { $minutes }{ "\u00A0" }minut czytania
   *[other] { $minutes }{ "\u00A0" }minuty czytania
}
digest-byline = { $names }
digest-story-time = { $minutes }{ "\u00A0" }min czytania
digest-brief = W skrócie
digest-all-stories = Wszystkie artykuły na { $site }
digest-why = Skąd ten e-mail?
digest-ordered-before = Newsletter „{ $newsletter }” zamówiono
digest-ordered-frequency-before = Newsletter „{ $newsletter }” ({ $frequency }) zamówiono
digest-ordered-middle = dla adresu
digest-ordered-after = .
digest-unsubscribe = Zrezygnuj z newslettera { $newsletter }
digest-forwarded = Ktoś przesłał Ci tę wiadomość?
digest-forwarded-link = Zapisz się
digest-invite = { $newsletter } e-mailem
digest-invite-text = To wydanie przychodzi też e-mailem.
digest-invite-link = Zapisz się na newsletter { $newsletter }

## Wiadomość do czytelników, którzy otrzymali błąd

correction-subject = Sprostowanie: { $title }
correction-heading = Sprostowanie
correction-about = W wydaniu z dnia { $date } ukazał się artykuł „{ $title }”.

## Podczas ataku na zapisy

proof-heading = Chwileczkę
proof-why = Maszyny wypełniają teraz nasz formularz. Abyśmy mogli je odróżnić od ludzi, przeglądarka wykona małe obliczenie.
proof-working = Potrwa to kilka sekund i przejdzie dalej samo.
proof-without-script = Przeglądarka nie może tego zrobić, ponieważ skrypty są wyłączone lub niedostępne. Proszę spróbować za kilka godzin albo napisać na { $contact }, a dodamy ten adres.

## Wiadomość do redakcji: atak na zapisy

attack-subject = { $publisher }: atak na zapisy
attack-heading = Atak na zapisy
attack-seen = W ciągu ostatnich { $minutes } min było { $requests } zapisów; normalnie jest ich { $normal }, a od { $threshold } uznajemy to za atak.
attack-asked = Spowodowały { $asked } e-maili, z których potwierdzono { $confirmed }.
attack-now = Od teraz każdy zapis wymaga dowodu pracy, który przeglądarki wykonują same. Skończy się to samo, gdy wróci spokój; nie trzeba nic robić. Potem można usunąć tych, którzy przyszli z atakiem i nigdy nie potwierdzili.
attack-look = Jak wygląda sytuacja
attack-purge = Po wszystkim: co zostałoby usunięte

## E-mail do redakcji: wydanie czeka na akceptację

approval-subject = Do akceptacji: { $newsletter }: { $subject }
approval-heading = Wydanie czeka na Twoją akceptację
approval-what = Następne wydanie newslettera { $newsletter } jest gotowe: zawiera { $articles ->
    [one] { $articles } artykuł
    [few] { $articles } artykuły
    [many] { $articles } artykułów
   *[other] { $articles } artykułu
} i trafi do { $readers ->
    [one] { $readers } odbiorcy
    [few] { $readers } odbiorców
    [many] { $readers } odbiorców
   *[other] { $readers } odbiorcy
}.
approval-when = Wysyłka: { $date }, godz. { $time } ({ $zone }).
approval-deadline-send_anyway = Jeśli nikt go nie wstrzyma, wyjdzie po godz. { $time } ({ $date }) także bez akceptacji.
approval-deadline-skip = Jeśli nikt go nie zaakceptuje do godz. { $time } ({ $date }), nie zostanie wysłane, a jego artykuły znajdą się w następnym.
approval-deadline-hold = Jeśli nikt go nie zaakceptuje do godz. { $time } ({ $date }), poczeka, aż ktoś to zrobi.
approval-look = Zobacz wydanie
approval-approve = Zaakceptuj
approval-hold = Wstrzymaj
approval-hash = Akceptacja dotyczy dokładnie tej wersji ({ $hash }). Jeśli zmienią się treść lub odbiorcy, zapytamy ponownie, a te linki przestaną działać.

## Strony dla redakcji

review-approve-heading = Zaakceptować to wydanie?
review-approve-note = Trafi do { $readers ->
    [one] { $readers } odbiorcy
    [few] { $readers } odbiorców
    [many] { $readers } odbiorców
   *[other] { $readers } odbiorcy
}.
review-approve-button = Tak, wyślij
review-hold-heading = Wstrzymać to wydanie?
review-hold-note = Nic nie zostanie wysłane, dopóki ktoś go nie zaakceptuje lub nie zwolni. Ma trafić do { $readers ->
    [one] { $readers } odbiorcy
    [few] { $readers } odbiorców
    [many] { $readers } odbiorców
   *[other] { $readers } odbiorcy
}.
review-hold-button = Tak, wstrzymaj
review-approved-heading = Zaakceptowano
review-approved-note = Wydanie wyjdzie o swojej porze i trafi do { $readers ->
    [one] { $readers } odbiorcy
    [few] { $readers } odbiorców
    [many] { $readers } odbiorców
   *[other] { $readers } odbiorcy
}.
review-held-heading = Wstrzymano
review-held-note = Nic z tego wydania nie zostanie wysłane, dopóki ktoś go nie zaakceptuje lub nie zwolni.
review-changed-heading = Wydanie się zmieniło
review-changed-note = To już nie ta wersja, o której był e-mail. Zobacz nową, zanim ją zaakceptujesz.
review-closed-heading = Nie ma już o czym decydować
review-closed-note = Wydanie nie czeka już na akceptację.
review-unknown-heading = Nie znamy tego linku
review-unknown-note = Być może został ucięty albo wydanie się zmieniło i masz nowszy e-mail.
review-warnings = { $count ->
    [one] { $count } uwaga do e-maila (po angielsku)
    [few] { $count } uwagi do e-maila (po angielsku)
    [many] { $count } uwag do e-maila (po angielsku)
   *[other] { $count } uwagi do e-maila (po angielsku)
}
review-hash = Wersja { $hash }

## Archiwum

archive-heading = Archiwum
archive-open = Czytaj poprzednie wydania
archive-none = Nie ma tu jeszcze nic do czytania.
archive-newsletter-heading = { $newsletter }: poprzednie wydania
archive-empty = Nie wysłano jeszcze żadnego wydania.
archive-older = Starsze wydania
archive-newest = Najnowsze wydania
archive-feed = Jako kanał (Atom)
archive-all = Wszystkie newslettery

## Wypisanie: zamiast niego i po nim

unsubscribe-or = Albo:
unsubscribe-weekly = Lepiej raz w tygodniu
unsubscribe-pause = Przerwa na miesiąc
unsubscribe-all = Zrezygnuj ze wszystkich newsletterów
pause-until = Do { $date } nic nie będzie przychodzić.
pause-open = Nic nie będzie przychodzić do czasu wznowienia.
done-weekly = Zapisano. { $newsletter } przychodzi teraz raz w tygodniu.
done-paused = Zapisano. Do { $date } nic nie będzie przychodzić.
done-all = Żaden newsletter już nie przychodzi.
done-undone = { $newsletter } znów przychodzi, tak jak wcześniej.
done-too-late = Tego nie da się już cofnąć. Można zapisać się ponownie.
done-reason = Dziękujemy.
unsubscribed-undo = Cofnij
unsubscribed-undo-note = Przez 24 godziny można go odzyskać w dotychczasowej postaci.
unsubscribed-undo-wording = Cofnij
why-legend = Czy zechcą nam Państwo powiedzieć dlaczego? (nieobowiązkowe)
why-too-many = Za dużo wiadomości
why-not-interesting = To mnie nie interesuje
why-not-signed-up = To nie mój zapis
why-other = Coś innego
why-send = Wyślij
never-heading = Ktoś inny podał ten adres?
never-note = Możemy wykluczyć go na zawsze: żadnego newslettera, żadnej prośby o potwierdzenie.
never-button = Nigdy nie pisać na ten adres
never-done = Nigdy więcej nie napiszemy na ten adres.

## Digest

digest-preferences = Rzadziej, przerwa albo inne ustawienia

## Ustawienia

preferences-heading = Moje newslettery
preferences-saved-title = Zapisano: { $title }
preferences-for = Dla
preferences-suppressed = Ten adres jest na liście tych, na które nigdy nic nie wysyłamy.
preferences-none = Nie przychodzi żaden newsletter.
preferences-since = od { $date }
preferences-how = Jak często, język, format, przerwa
preferences-every = Jak często?
every-newsletter = Tak, jak ukazuje się newsletter
every-publication = Od razu po publikacji
every-day = Raz dziennie
every-weekday = Od poniedziałku do piątku
every-week = Raz w tygodniu
every-month = Raz w miesiącu
preferences-when-note = Dzień dotyczy opcji „raz w tygodniu”; godzina i strefa czasowa wszystkich oprócz dwóch pierwszych.
preferences-weekday = Dzień tygodnia
preferences-hour = Godzina
preferences-zone = Strefa czasowa
preferences-language = Język wiadomości o nim
preferences-format = Format
preferences-html = Z obrazami i układem
preferences-text = Tylko tekst
preferences-save = Zapisz
preferences-pause = Przerwa do
preferences-pause-button = Wstrzymaj
preferences-resume = Wznów teraz
preferences-more = Więcej newsletterów
preferences-join = Zamów także ten
preferences-data = Adres i dane
preferences-address = Nowy adres e-mail
preferences-address-button = Zmień adres
preferences-address-note = Wyślemy link na nowy adres. Zmieni się po kliknięciu; stary zostanie powiadomiony.
preferences-forwarded = Newslettery bywają przekazywane dalej. Aby zobaczyć lub zmienić adres, proszę zamówić na niego nowy link.
preferences-ask-link = Wyślij mi mój link
preferences-wrong-zone = Nie znamy tej strefy czasowej. Proszę wybrać z listy, na przykład Europe/Warsaw.
preferences-wrong-date = Proszę wybrać dzień od jutra do roku od dziś.
preferences-done-saved = Zapisano: { $newsletter }
preferences-done-paused = Zapisano. { $newsletter } ma przerwę.
preferences-done-joined = { $newsletter } będzie teraz przychodzić.
preferences-done-left = { $newsletter } już nie przychodzi.
preferences-done-address = Jeśli nowego adresu można użyć, wysłaliśmy na niego link. Adres zmieni się po kliknięciu.
preferences-ask-heading = Moje newslettery i ustawienia
preferences-ask-note = Proszę podać adres, na który przychodzą newslettery. Wyślemy na niego link.
preferences-ask-again = Proszę zamówić nowy.
preferences-ask-button = Wyślij mi mój link
preferences-sent = Jeśli znamy ten adres, wysłaliśmy na niego link. Działa przez 7 dni.

address-confirm-heading = Zmienić adres?
address-confirm-note = Newslettery będą przychodzić na { $address }.
address-confirm-button = Tak, zmień
address-stop-heading = Zatrzymać zmianę adresu?
address-stop-note = Ktoś poprosił, aby newslettery przychodziły odtąd na { $address }.
address-stop-button = Tak, zatrzymaj
address-done-heading = Adres został zmieniony
address-done-note = Newslettery przychodzą na { $address }.
address-stopped-heading = Zmiana została zatrzymana
address-stopped-note = Newslettery przychodzą tam, gdzie dotąd.
address-taken-heading = Tego adresu nie można użyć
address-taken-note = Należy już do kogoś albo nie wolno na niego pisać. Nic się nie zmieniło.

## Wiadomość z linkiem, o który poproszono

link-preferences-subject = Link do newsletterów: { $publisher }
link-preferences-heading = Moje newslettery i ustawienia
link-preferences-note = Ten link pozwala zobaczyć i zmienić to, co przychodzi. Proszę go nie przekazywać: kto go ma, może działać w Państwa imieniu.
link-preferences-button = Do moich newsletterów
link-new-subject = Prosimy potwierdzić nowy adres
link-new-note = Newslettery wydawcy { $publisher } mają odtąd przychodzić na ten adres.
link-new-button = Do zmiany adresu
link-old-subject = Adres ma zostać zmieniony
link-old-note = Ktoś z Państwa linkiem poprosił, aby newslettery przychodziły odtąd na { $address }. Zmiana nastąpi, gdy potwierdzi ją nowa skrzynka.
link-old-button = Zatrzymaj zmianę
link-taken-subject = Na ten adres już przychodzą newslettery
link-taken-note = Ktoś chciał przenieść swoje newslettery na ten adres. Należy on już do czytelnika, więc nic się nie zmieniło. Ten link pokazuje, co tu przychodzi.
link-until = Link działa do { $date }.
link-not-you = To nie Państwa prośba? Wtedy nic nie trzeba robić.
link-old-not-you = To Państwa prośba? Wtedy nic tu nie trzeba robić.

## Eksport i usunięcie danych

preferences-export = Pobierz wszystkie dane, które o Państwu mamy (JSON)
preferences-erase = Usuń wszystko
erase-heading = Usunąć wszystko?
erase-note = Newslettery przestaną przychodzić, a my o Państwu zapomnimy. Tego nie da się cofnąć. Zostaje zaszyfrowany znak, aby nikt inny nie podał ponownie tego adresu; samemu można zapisać się w każdej chwili.
erase-button = Tak, usuń wszystko
erase-back = Wróć do moich newsletterów
erase-done-heading = Wszystko usunięto
erase-done-note = Newslettery już nie przychodzą, a my nic już o Państwu nie mamy.

## Zapis zgody, dla redakcji

consent-heading = Dowód zgody
consent-whole = Dowód jest kompletny i niezmieniony: pieczęć każdego wpisu jest prawidłowa.
consent-broken = Na tym dowodzie nie można polegać: wpisy zostały zmienione lub ich brakuje.
consent-address = Adres
consent-newsletter = Newsletter
consent-issued = Wystawiono
consent-time = Czas
consent-obtained = Zgoda udzielona
consent-source = Droga
consent-wording = Tekst przy przycisku
consent-page = Strona
consent-user-agent = Program klienta
consent-client = Adres klienta
consent-sealed = Zapieczętowano później
consent-seal = Pieczęć
consent-action-requested = Zgłoszono
consent-action-confirmed = Potwierdzono
consent-action-withdrawn = Wycofano
consent-action-added = Dodano przez redakcję
consent-action-changed = Zmieniono
consent-action-restored = Przywrócono
consent-source-form = Formularz zapisu
consent-source-json = Zapis przez program
consent-source-confirm-page = Strona z linku potwierdzającego
consent-source-unsubscribe-page = Strona z linku rezygnacji
consent-source-preferences = Własna strona czytelnika
consent-source-one-click = Przycisk programu pocztowego
consent-source-api = Systemy redakcji
consent-source-demo = Pokaz
