### Textes français des e-mails et des pages (vouvoiement). Texte brut : la mise en forme est dans les modèles.
### Une clé en -before, -middle ou -after est un morceau de phrase autour d’un lien ou de mots en gras.
### Devant « : » et à l’intérieur des guillemets : espace insécable (U+00A0) ; devant « ? » et « ; » : fine insécable (U+202F).

## Dates et heures

# Les chiffres des nombres et des dates : « latn » pour 0 à 9, « arab » pour les chiffres arabes orientaux, « arabext » pour les persans.
number-digits = latn

month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche

date-long = { $day ->
    [1] 1er
   *[other] { $day }
} { $month } { $year }
date-weekday = { $weekday } { $day ->
    [1] 1er
   *[other] { $day }
} { $month } { $year }
# Valeurs : $hour24 $hour12 $minute $half (am ou pm) $has_minutes (yes ou no) ; chaque langue prend ce qu’il lui faut.
time-of-day = { $has_minutes ->
    [yes] { $hour24 } h { $minute }
   *[no] { $hour24 } h
}
date-and-time = { $date } à { $time }

## Chaque page

page-title = { $state } – { $publisher }
page-error-title = Erreur : { $title }
page-home = Retour à l’accueil
page-contact = Contact : { $contact }
imprint = Mentions légales
privacy = Confidentialité

## Formulaire d’inscription

form-heading = Recevez { $newsletter } par e-mail
form-heading-generic = Abonnez-vous à nos newsletters
form-latest = Voir le dernier numéro
form-email = Adresse e-mail
form-submit = S’abonner
form-extra = Aussi { $newsletter }
form-extras-legend = Autres newsletters
form-choose-legend = Quelles newsletters souhaitez-vous recevoir ?
form-fine-print = Gratuit, désabonnement à tout moment. Nous vous envoyons d’abord un e-mail pour que vous puissiez confirmer.
form-no-tracking = Nous ne mesurons pas si vous ouvrez nos e-mails.
form-honeypot = Laissez ce champ vide
form-error-address = Saisissez votre adresse e-mail, par exemple nom@exemple.fr
form-error-newsletter = Choisissez au moins une newsletter
form-hint-disposable = Cette adresse semble ne fonctionner que quelques minutes. Si vous voulez la garder, appuyez de nouveau sur le bouton.
form-error-disposable = Cette adresse ne fonctionne que quelques minutes. Veuillez en utiliser une que vous gardez.
form-busy = Envoi en cours…
form-failed = L’envoi a échoué. Veuillez réessayer.
form-too-many = Trop de tentatives. Veuillez patienter quelques minutes.

## Regardez votre boîte de réception

inbox-heading = Regardez votre boîte de réception
inbox-sent = Si l’adresse est correcte, un e-mail est en route. Cliquez sur le lien qu’il contient pour terminer votre inscription.
inbox-lifetime = { $days ->
    [one] Le lien est valable { $days } jour.
   *[other] Le lien est valable { $days } jours.
}
inbox-help = Vous n’avez rien reçu ?
inbox-help-wait = L’e-mail peut mettre quelques minutes à arriver. Regardez aussi dans les courriers indésirables.
inbox-help-sender = L’expéditeur est { $sender }.
inbox-again = Saisir l’adresse à nouveau

## Page de confirmation et ses suites

confirm-heading = Encore un clic
confirm-before = Confirmez que
confirm-one-middle = souhaite recevoir
confirm-one-after = .
confirm-many-after = { " " }souhaite recevoir ces newsletters :
confirm-button = Oui, je m’abonne
confirm-wrong = Une erreur ? Fermez simplement cette page.
confirm-auto = Cette page confirme d’elle-même après 3 secondes d’affichage. Vous pouvez appuyer tout de suite sur le bouton, ou fermer la page s’il s’agit d’une erreur.
confirm-auto-stop = Ne pas confirmer automatiquement
hidden-link = Réservé aux machines
hidden-heading = Il n’y a rien à faire ici
hidden-why = Ce lien est caché dans nos e-mails pour que nous puissions distinguer les machines, comme les antivirus, des personnes. Rien n’a changé. Pour confirmer votre abonnement, revenez à l’e-mail et utilisez son bouton.

confirmed-heading = Votre inscription est confirmée
confirmed-one = Vous recevez désormais { $newsletter }.
confirmed-next-before = Le prochain numéro paraîtra le
confirmed-next-after = .
confirmed-next-unknown = Le prochain numéro paraîtra dès qu’il y aura du nouveau.
confirmed-latest = Lire le dernier numéro
confirmed-latest-of = Lire le dernier numéro de la newsletter { $newsletter }
readers-feed = { $newsletter } en flux, rien que pour vous (Atom)
readers-feed-ask = { $newsletter } en flux, rien que pour vous : m’envoyer mon lien

already-confirmed-one = Vous recevez déjà { $newsletter }
already-confirmed-many = Vous recevez déjà ces newsletters
already-confirmed-note = Vous n’avez plus rien à faire.

expired-heading = Ce lien a expiré
expired-explanation = Les liens ne sont valables que quelques jours.
expired-resend = Envoyer un nouveau lien
expired-resend-note = Vous n’avez rien à saisir de nouveau.
expired-again = Se réinscrire

unknown-heading = Nous ne connaissons pas ce lien
unknown-explanation = Il a peut-être été coupé : copiez l’adresse entière depuis l’e-mail.
unknown-again = Se réinscrire

ended-heading-one = { $newsletter } n’existe plus
ended-heading-many = Ces newsletters n’existent plus
ended-explanation = Il n’est plus possible de s’abonner.
ended-others = Voir nos autres newsletters

## Désabonnement

unsubscribe-heading = Se désabonner de la newsletter { $newsletter } ?
unsubscribe-note = Rien ne change tant que vous n’appuyez pas sur le bouton.
unsubscribe-button = Se désabonner
unsubscribed-heading = Vous ne recevez plus { $newsletter }
unsubscribed-note = C’est effectif immédiatement.
unsubscribed-mistake = C’était une erreur ?
already-unsubscribed-heading = Votre désabonnement est déjà enregistré
already-unsubscribed-note = Vous ne recevez pas { $newsletter }.
subscribe-again = Se réabonner

## Autres pages

test-link-heading = Ce lien vient d’un numéro de test
test-link-note = Rien n’a été modifié. Dans l’e-mail envoyé aux lecteurs, le lien fait ce qu’il doit faire.
directory-heading = Newsletters
directory-open = Recevoir { $newsletter }
problem-status = Erreur { $status }
problem-not-found = Cette page n’existe pas
problem-not-found-detail = Vérifiez l’adresse ou repartez de la page d’accueil.
problem-invalid = Nous n’avons pas pu lire votre demande
problem-invalid-detail = Revenez en arrière et envoyez le formulaire à nouveau.
problem-too-large = C’était trop volumineux
problem-too-large-detail = Le formulaire dépasse ce que ce serveur accepte.
problem-unavailable = Nous sommes momentanément indisponibles
problem-unavailable-detail = Rien n’est perdu. Réessayez dans une minute.
problem-internal = Une erreur s’est produite de notre côté
problem-internal-detail = Réessayez. Si cela se reproduit, dites-le-nous : nous en avons gardé la trace.
problem-too-many = Trop de demandes
problem-too-many-detail = Tant de demandes viennent de votre réseau que nous faisons une pause. Veuillez réessayer plus tard.

## Chaque e-mail

mail-kind = e-mail
mail-label = { $label } :
mail-sent-to = Cet e-mail a été envoyé à { $address }.
mail-imprint-line = Mentions légales : { $url }
mail-privacy-line = Confidentialité : { $url }

## E-mail de confirmation

confirmation-subject = À confirmer : { $newsletter }
confirmation-subject-many = { $others ->
    [one] À confirmer : { $newsletter } et { $others } autre
   *[other] À confirmer : { $newsletter } et { $others } autres
}
confirmation-preheader = { $days ->
    [one] Il ne manque qu’un clic. Le lien est valable { $days } jour.
   *[other] Il ne manque qu’un clic. Le lien est valable { $days } jours.
}
confirmation-heading = Confirmez votre inscription
confirmation-one-before = Cette adresse a été saisie sur { $site }, par vous ou par quelqu’un d’autre, pour recevoir
confirmation-one-after = .
confirmation-many = Cette adresse a été saisie sur { $site }, par vous ou par quelqu’un d’autre, pour recevoir ces newsletters :
confirmation-button = Aller à la confirmation
confirmation-copy = Ou copiez cette adresse dans votre navigateur :
confirmation-until = Le lien est valable jusqu’au { $date }.
confirmation-not-you = Ce n’était pas vous ? Alors ne faites rien. Nous ne vous écrirons plus.

## E-mail à une adresse déjà abonnée

already-subject = Vous recevez déjà { $newsletter }
already-subject-many = { $others ->
    [one] Vous recevez déjà { $newsletter } et { $others } autre
   *[other] Vous recevez déjà { $newsletter } et { $others } autres
}
already-preheader = Vous n’avez plus rien à faire.
already-one-before = Cette adresse vient d’être saisie à nouveau pour
already-one-after = . Vous recevez déjà cette newsletter : rien ne change.
already-many = Cette adresse vient d’être saisie à nouveau pour ces newsletters. Vous les recevez déjà : rien ne change.
already-not-you = Ce n’était pas vous ? Alors ne faites rien.
already-stop = Vous préférez vous désabonner ?

## Le digest

digest-label = { $newsletter } du { $date }
digest-test = Test : cet exemplaire n’a été envoyé qu’à vous.
digest-browser-link = Lire dans le navigateur
digest-stories = { $count ->
    [one] { $count } article
   *[other] { $count } articles
}
digest-reading-time = { $minutes ->
    [one] { $minutes }{ "\u00A0" }minute de lecture
   *[other] { $minutes }{ "\u00A0" }minutes de lecture
}
digest-byline = Par { $names }
digest-story-time = { $minutes }{ "\u00A0" }min de lecture
digest-brief = En bref
digest-all-stories = Tous les articles sur { $site }
digest-why = Pourquoi recevez-vous cet e-mail ?
digest-ordered-before = Votre abonnement à « { $newsletter } » date du
digest-ordered-frequency-before = Votre abonnement à « { $newsletter } » ({ $frequency }) date du
digest-ordered-middle = et a été pris avec l’adresse
digest-ordered-after = .
digest-unsubscribe = Se désabonner de la newsletter { $newsletter }
digest-forwarded = On vous a transféré cet e-mail ?
digest-forwarded-link = Abonnez-vous
digest-invite = { $newsletter } par e-mail
digest-invite-text = Ce numéro existe aussi par e-mail.
digest-invite-link = S’abonner à { $newsletter }

## E-mail aux lecteurs qui ont reçu une erreur

correction-subject = Rectificatif : { $title }
correction-heading = Rectificatif
correction-about = L’édition du { $date } contenait l’article « { $title } ».

## Pendant une attaque contre les inscriptions

proof-heading = Un instant, s’il vous plaît
proof-why = Des machines remplissent en ce moment notre formulaire. Pour que nous puissions vous distinguer d’elles, votre navigateur fait un petit calcul.
proof-working = Cela prend quelques secondes et continue tout seul.
proof-without-script = Votre navigateur ne peut pas le faire, car les scripts sont désactivés ou indisponibles. Veuillez réessayer dans quelques heures, ou écrivez à { $contact } et nous vous inscrirons.

## E-mail à la rédaction : attaque contre les inscriptions

attack-subject = { $publisher } : les inscriptions sont attaquées
attack-heading = Les inscriptions sont attaquées
attack-seen = Au cours des { $minutes } dernières minutes, il y a eu { $requests } inscriptions ; { $normal } sont normales, et à partir de { $threshold } nous considérons que c’est une attaque.
attack-asked = Elles ont provoqué { $asked } e-mails, dont { $confirmed } ont été confirmés.
attack-now = Désormais, chaque inscription exige une preuve de travail, que les navigateurs fournissent tout seuls. Cela prend fin dès que le calme revient ; vous n’avez rien à faire. Ensuite, vous pourrez supprimer ceux qui sont arrivés avec l’attaque et n’ont jamais confirmé.
attack-look = Où en sont les choses
attack-purge = Quand ce sera fini : ce qui serait supprimé

## E-mail à la rédaction : un numéro attend son approbation

approval-subject = À approuver : { $newsletter } : { $subject }
approval-heading = Un numéro attend votre approbation
approval-what = Le prochain numéro de la newsletter { $newsletter } est prêt, avec { $articles ->
    [one] { $articles } article
   *[other] { $articles } articles
}, pour { $readers ->
    [one] { $readers } abonné
   *[other] { $readers } abonnés
}.
approval-when = L’envoi est prévu le { $date } à { $time } ({ $zone }).
approval-deadline-send_anyway = Si personne ne le retient, il part après { $time } le { $date }, même sans approbation.
approval-deadline-skip = Si personne ne l’a approuvé avant { $time } le { $date }, il n’est pas envoyé et ses articles passent dans le numéro suivant.
approval-deadline-hold = Si personne ne l’a approuvé avant { $time } le { $date }, il attend que quelqu’un le fasse.
approval-look = Voir le numéro
approval-approve = Approuver
approval-hold = Retenir
approval-hash = Une approbation vaut pour cette version exacte ({ $hash }). Si le contenu ou les destinataires changent, nous redemandons et ces liens ne fonctionnent plus.

## Pages pour la rédaction

review-approve-heading = Approuver ce numéro ?
review-approve-note = Il part vers { $readers ->
    [one] { $readers } abonné
   *[other] { $readers } abonnés
}.
review-approve-button = Oui, envoyer
review-hold-heading = Retenir ce numéro ?
review-hold-note = Rien ne part tant que personne ne l’approuve ou ne le libère. Il est destiné à { $readers ->
    [one] { $readers } abonné
   *[other] { $readers } abonnés
}.
review-hold-button = Oui, retenir
review-approved-heading = Approuvé
review-approved-note = Le numéro part à l’heure prévue, vers { $readers ->
    [one] { $readers } abonné
   *[other] { $readers } abonnés
}.
review-held-heading = Retenu
review-held-note = Rien ne part tant que personne ne l’approuve ou ne le libère.
review-changed-heading = Le numéro a changé
review-changed-note = Ce n’est plus la version dont parlait votre e-mail. Regardez la nouvelle avant de l’approuver.
review-closed-heading = Il n’y a plus rien à décider
review-closed-note = Le numéro n’attend plus d’approbation.
review-unknown-heading = Nous ne connaissons pas ce lien
review-unknown-note = Il a peut-être été coupé, ou le numéro a changé depuis et vous avez un e-mail plus récent.
review-warnings = { $count ->
    [one] { $count } remarque sur l’e-mail (en anglais)
   *[other] { $count } remarques sur l’e-mail (en anglais)
}
review-hash = Version { $hash }

## Les archives

archive-heading = Archives
archive-open = Lire les numéros précédents
archive-none = Il n’y a encore rien à lire ici.
archive-newsletter-heading = { $newsletter } : numéros précédents
archive-empty = Aucun numéro n’a encore été envoyé.
archive-older = Numéros plus anciens
archive-newest = Numéros les plus récents
archive-feed = Flux Atom
archive-all = Toutes les newsletters

## Désabonnement : à la place, et après

unsubscribe-or = Ou :
unsubscribe-weekly = Plutôt une fois par semaine
unsubscribe-pause = Faire une pause d’un mois
unsubscribe-all = Arrêter toutes les newsletters
pause-until = Vous ne recevrez rien jusqu’au { $date }.
pause-open = Vous ne recevrez rien jusqu’à ce que vous la repreniez.
done-weekly = C’est enregistré. Vous recevez désormais { $newsletter } une fois par semaine.
done-paused = C’est enregistré. Vous ne recevrez rien jusqu’au { $date }.
done-all = Vous ne recevez plus aucune newsletter.
done-undone = Vous recevez de nouveau { $newsletter }, comme avant.
done-too-late = Il n’est plus possible d’annuler. Vous pouvez vous réinscrire.
done-reason = Merci.
unsubscribed-undo = Annuler
unsubscribed-undo-note = Pendant 24 heures, vous pouvez la retrouver telle qu’elle était.
unsubscribed-undo-wording = Annuler
why-legend = Voulez-vous nous dire pourquoi ? (facultatif)
why-too-many = Trop d’e-mails
why-not-interesting = Pas intéressant
why-not-signed-up = Je ne me suis pas inscrit(e)
why-other = Autre
why-send = Envoyer
never-heading = Quelqu’un d’autre a saisi votre adresse ?
never-note = Nous pouvons l’écarter pour toujours : ni newsletter, ni demande de confirmation.
never-button = Ne jamais écrire à cette adresse
never-done = Nous n’écrirons plus jamais à cette adresse.

## Digest

digest-preferences = La recevoir moins souvent, la suspendre, changer

## Préférences

preferences-heading = Vos newsletters
preferences-saved-title = Enregistré : { $title }
preferences-for = Pour
preferences-suppressed = Cette adresse est sur la liste de celles auxquelles rien n’est jamais envoyé.
preferences-none = Vous ne recevez aucune newsletter.
preferences-since = depuis le { $date }
preferences-how = Fréquence, langue, format, pause
preferences-every = À quelle fréquence ?
every-newsletter = Au rythme de la newsletter
every-publication = Dès qu’un article paraît
every-day = Une fois par jour
every-weekday = Du lundi au vendredi
every-week = Une fois par semaine
every-month = Une fois par mois
preferences-when-note = Le jour vaut pour « une fois par semaine » ; l’heure et le fuseau, pour tout sauf les deux premiers choix.
preferences-weekday = Jour de la semaine
preferences-hour = Heure
preferences-zone = Fuseau horaire
preferences-language = Langue des e-mails à ce sujet
preferences-format = Format
preferences-html = Avec images et mise en page
preferences-text = Texte seul
preferences-save = Enregistrer
preferences-pause = Pause jusqu’au
preferences-pause-button = Mettre en pause
preferences-resume = Reprendre maintenant
preferences-more = Autres newsletters
preferences-join = Recevoir aussi celle-ci
preferences-data = Votre adresse et vos données
preferences-address = Nouvelle adresse e-mail
preferences-address-button = Changer d’adresse
preferences-address-note = Nous envoyons un lien à la nouvelle adresse. Le changement se fait quand vous cliquez dessus ; l’ancienne en est informée.
preferences-forwarded = Les newsletters se transfèrent. Pour voir ou changer votre adresse, faites-y envoyer un nouveau lien.
preferences-ask-link = M’envoyer mon lien
preferences-wrong-zone = Nous ne connaissons pas ce fuseau horaire. Choisissez-en un dans la liste, par exemple Europe/Paris.
preferences-wrong-date = Choisissez un jour entre demain et dans un an.
preferences-done-saved = Enregistré : { $newsletter }
preferences-done-paused = C’est enregistré. { $newsletter } est en pause.
preferences-done-joined = Vous recevez désormais { $newsletter }.
preferences-done-left = Vous ne recevez plus { $newsletter }.
preferences-done-address = Si la nouvelle adresse est utilisable, nous y avons envoyé un lien. Votre adresse change quand vous cliquez dessus.
preferences-ask-heading = Vos newsletters et réglages
preferences-ask-note = Saisissez l’adresse à laquelle arrivent vos newsletters. Nous y envoyons un lien.
preferences-ask-again = Faites-vous en envoyer un nouveau.
preferences-ask-button = M’envoyer mon lien
preferences-sent = Si nous connaissons cette adresse, nous y avons envoyé un lien. Il fonctionne pendant 7 jours.

address-confirm-heading = Changer d’adresse ?
address-confirm-note = Vos newsletters arriveront alors à { $address }.
address-confirm-button = Oui, changer
address-stop-heading = Arrêter le changement d’adresse ?
address-stop-note = Quelqu’un a demandé que vos newsletters arrivent désormais à { $address }.
address-stop-button = Oui, arrêter
address-done-heading = Votre adresse a changé
address-done-note = Vos newsletters arrivent à { $address }.
address-stopped-heading = Le changement est arrêté
address-stopped-note = Vos newsletters arrivent là où elles arrivaient.
address-taken-heading = Cette adresse n’est pas utilisable
address-taken-note = Elle appartient déjà à quelqu’un, ou rien ne doit lui être envoyé. Rien n’a changé.

## E-mail avec un lien demandé

link-preferences-subject = Votre lien : newsletters de { $publisher }
link-preferences-heading = Vos newsletters et réglages
link-preferences-note = Ce lien vous permet de voir et de changer ce que vous recevez. Ne le transmettez pas : qui l’a peut agir en votre nom.
link-preferences-button = Vers mes newsletters
link-new-subject = Confirmez votre nouvelle adresse
link-new-note = Les newsletters de { $publisher } doivent désormais arriver à cette adresse.
link-new-button = Vers le changement d’adresse
link-old-subject = Votre adresse doit changer
link-old-note = Quelqu’un qui a votre lien a demandé que vos newsletters arrivent désormais à { $address }. Le changement se fait quand la nouvelle boîte le confirme.
link-old-button = Arrêter le changement
link-taken-subject = Cette adresse reçoit déjà des newsletters
link-taken-note = Quelqu’un voulait transférer ses newsletters à cette adresse. Elle appartient déjà à quelqu’un, rien n’a donc changé. Ce lien vous montre ce qui arrive ici.
link-until = Le lien fonctionne jusqu’au { $date }.
link-not-you = Ce n’était pas vous ? Vous n’avez rien à faire.
link-old-not-you = C’était vous ? Vous n’avez rien à faire ici.

## Export et suppression

preferences-export = Télécharger toutes les données que nous avons sur vous (JSON)
preferences-erase = Tout supprimer
erase-heading = Tout supprimer ?
erase-note = Vous ne recevrez plus de newsletters et nous vous oublierons. C’est irréversible. Il ne reste qu’une empreinte codée, pour que personne d’autre ne saisisse votre adresse ; vous pouvez vous réinscrire à tout moment.
erase-button = Oui, tout supprimer
erase-back = Retour à mes newsletters
erase-done-heading = Tout est supprimé
erase-done-note = Vous ne recevez plus de newsletters, et nous n’avons plus rien sur vous.

## Preuve du consentement, pour la rédaction

consent-heading = Preuve du consentement
consent-whole = La preuve est complète et inchangée : le sceau de chaque entrée est juste.
consent-broken = Cette preuve n’est pas fiable : des entrées ont été modifiées ou manquent.
consent-address = Adresse
consent-newsletter = Newsletter
consent-issued = Délivré le
consent-time = Date et heure
consent-obtained = Consentement donné le
consent-source = Reçu par
consent-wording = Texte du bouton
consent-page = Page
consent-user-agent = Logiciel du client
consent-client = Adresse du client
consent-sealed = Scellé après coup le
consent-seal = Sceau
consent-action-requested = Demandé
consent-action-confirmed = Confirmé
consent-action-withdrawn = Retiré
consent-action-added = Ajouté par la rédaction
consent-action-changed = Modifié
consent-action-restored = Rétabli
consent-source-form = Formulaire d’inscription
consent-source-json = Inscription par un programme
consent-source-confirm-page = Page du lien de confirmation
consent-source-unsubscribe-page = Page du lien de désinscription
consent-source-preferences = Page personnelle du lecteur
consent-source-one-click = Bouton du logiciel de messagerie
consent-source-api = Systèmes de la rédaction
consent-source-demo = Démonstration
