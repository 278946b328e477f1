### النصوص العربية للرسائل والصفحات (بصيغة الجمع، فلا تفرّق بين القارئ والقارئة). نص فقط: التنسيق في القوالب.
### المفتاح الذي ينتهي بـ before- أو middle- أو after- جزء من جملة حول رابط أو كلمات بارزة.

## التواريخ والأوقات

# أرقام الأعداد والتواريخ: latn لأرقام 0 إلى 9، وarab للأرقام المشرقية (٠ إلى ٩).
# المواقع الإخبارية الكبرى تكتب 0 إلى 9 على الشبكة، والمغرب العربي لا يعرف سواها؛ ومن يفضّل المشرقية يغيّر هذا السطر.
number-digits = latn

# أسماء الخليج ومصر؛ من يكتب «كانون الثاني» أو «جانفي» يغيّر هذه الأسطر.
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر

weekday-1 = الاثنين
weekday-2 = الثلاثاء
weekday-3 = الأربعاء
weekday-4 = الخميس
weekday-5 = الجمعة
weekday-6 = السبت
weekday-7 = الأحد

date-long = { $day } { $month } { $year }
date-weekday = { $weekday }، { $day } { $month } { $year }
# القيم: $hour24 و$hour12 و$minute و$half (am أو pm) و$has_minutes (yes أو no)؛ تأخذ كل لغة ما تحتاج إليه.
time-of-day = { $has_minutes ->
    [yes] { $hour12 }:{ $minute }
   *[no] { $hour12 }
} { $half ->
    [am] صباحًا
   *[pm] مساءً
}
date-and-time = { $date }، الساعة { $time }

## كل صفحة

page-title = { $state } – { $publisher }
page-error-title = خطأ: { $title }
page-home = العودة إلى الصفحة الرئيسية
page-contact = للتواصل: { $contact }
imprint = بيانات الناشر
privacy = الخصوصية

## نموذج الاشتراك

form-heading = { $newsletter } في بريدكم الإلكتروني
form-heading-generic = الاشتراك في نشراتنا البريدية
form-latest = قراءة العدد الأخير
form-email = البريد الإلكتروني
form-submit = اشتراك
form-extra = وكذلك { $newsletter }
form-extras-legend = نشرات أخرى
form-choose-legend = أيّ النشرات تودّون تلقّيها؟
form-fine-print = مجانًا، ويمكن إلغاء الاشتراك في أي وقت. نرسل إليكم أولًا رسالة لتأكيد الاشتراك.
form-no-tracking = لا نرصد ما إذا كنتم تفتحون رسائلنا.
form-honeypot = يُترك هذا الحقل فارغًا
form-error-address = أدخلوا عنوان بريدكم الإلكتروني، مثل name@example.com
form-error-newsletter = اختاروا نشرة واحدة على الأقل
form-hint-disposable = يبدو أن هذا العنوان يعمل بضع دقائق فقط. إذا أردتم الاحتفاظ به فاضغطوا الزر مرة أخرى.
form-error-disposable = هذا العنوان يعمل بضع دقائق فقط. يُرجى استخدام عنوان تحتفظون به.
form-busy = جارٍ الإرسال…
form-failed = لم ينجح ذلك. يُرجى المحاولة مرة أخرى.
form-too-many = محاولات كثيرة جدًا. يُرجى الانتظار بضع دقائق.

## تفقّد البريد

inbox-heading = تفقّدوا بريدكم
inbox-sent = إذا كان العنوان صحيحًا فقد أرسلنا إليكم رسالة. انقروا الرابط الذي فيها لإتمام الاشتراك.
inbox-lifetime = { $days ->
    [zero] يعمل الرابط اليوم فقط.
    [one] يعمل الرابط يومًا واحدًا.
    [two] يعمل الرابط يومين.
    [few] يعمل الرابط { $days } أيام.
    [many] يعمل الرابط { $days } يومًا.
   *[other] يعمل الرابط { $days } يوم.
}
inbox-help = لم تصلكم رسالة؟
inbox-help-wait = قد يستغرق وصولها بضع دقائق. تفقّدوا أيضًا مجلد الرسائل غير المرغوب فيها.
inbox-help-sender = المرسِل هو { $sender }.
inbox-again = إدخال العنوان من جديد

## صفحة التأكيد وما بعدها

confirm-heading = بقيت نقرة واحدة
confirm-before = أكّدوا أن
confirm-one-middle = يودّ تلقّي
confirm-one-after = .
confirm-many-after = { " " }يودّ تلقّي هذه النشرات:
confirm-button = نعم، أؤكّد الاشتراك
confirm-wrong = حدث خطأ؟ يكفي إغلاق هذه الصفحة.
confirm-auto = تؤكّد هذه الصفحة الاشتراك تلقائيًا بعد عرضها أمامكم ثلاث ثوانٍ. يمكنكم الضغط على الزر فورًا، أو إغلاق الصفحة إن كان هناك خطأ.
confirm-auto-stop = عدم التأكيد تلقائيًا
hidden-link = للآلات فقط
hidden-heading = لا شيء مطلوب هنا
hidden-why = هذا الرابط مخفيّ في رسائلنا لنميّز الآلات، مثل برامج فحص الفيروسات، من الأشخاص. لم يتغيّر أي شيء. لتأكيد الاشتراك، عودوا إلى الرسالة واستخدموا الزر الموجود فيها.

confirmed-heading = تم تأكيد الاشتراك
confirmed-one = ستصلكم من الآن نشرة { $newsletter }.
confirmed-next-before = يصدر العدد التالي يوم
confirmed-next-after = .
confirmed-next-unknown = يصدر العدد التالي حالما يتوفر جديد.
confirmed-latest = قراءة العدد الأخير
confirmed-latest-of = قراءة العدد الأخير من { $newsletter }
readers-feed = خلاصة { $newsletter } الخاصة بكم وحدكم (Atom)
readers-feed-ask = خلاصة { $newsletter } الخاصة بكم وحدكم: أرسلوا إليّ الرابط

already-confirmed-one = تصلكم نشرة { $newsletter } من قبل
already-confirmed-many = تصلكم هذه النشرات من قبل
already-confirmed-note = لا يلزم فعل شيء آخر.

expired-heading = انتهت صلاحية هذا الرابط
expired-explanation = لا تعمل الروابط إلا بضعة أيام.
expired-resend = إرسال رابط جديد
expired-resend-note = لا حاجة إلى إدخال أي شيء من جديد.
expired-again = الاشتراك من جديد

unknown-heading = هذا الرابط غير معروف لدينا
unknown-explanation = ربما قُطع جزء منه: انسخوا العنوان كاملًا من الرسالة.
unknown-again = الاشتراك من جديد

ended-heading-one = توقّف صدور { $newsletter }
ended-heading-many = توقّف صدور هذه النشرات
ended-explanation = لم يعد الاشتراك ممكنًا.
ended-others = نشراتنا الأخرى

## إلغاء الاشتراك

unsubscribe-heading = إلغاء الاشتراك في { $newsletter }؟
unsubscribe-note = لا يتغيّر شيء قبل الضغط على الزر.
unsubscribe-button = إلغاء الاشتراك
unsubscribed-heading = لن تصلكم { $newsletter } بعد الآن
unsubscribed-note = يسري ذلك فورًا.
unsubscribed-mistake = هل كان ذلك خطأ؟
already-unsubscribed-heading = سبق أن أُلغي هذا الاشتراك
already-unsubscribed-note = لا تصلكم { $newsletter }.
subscribe-again = الاشتراك من جديد

## صفحات أخرى

test-link-heading = هذا الرابط من نسخة تجريبية
test-link-note = لم يتغيّر شيء. أما في الرسالة الموجّهة إلى القرّاء فيؤدّي الرابط عمله.
directory-heading = النشرات البريدية
directory-open = الاشتراك في { $newsletter }
problem-status = خطأ { $status }
problem-not-found = هذه الصفحة غير موجودة
problem-not-found-detail = تحقّقوا من العنوان أو ابدؤوا من الصفحة الرئيسية.
problem-invalid = تعذّرت قراءة الطلب
problem-invalid-detail = عودوا إلى الصفحة السابقة وأرسلوا النموذج من جديد.
problem-too-large = الطلب أكبر من اللازم
problem-too-large-detail = النموذج أكبر مما يقبله هذا الخادم.
problem-unavailable = الخدمة غير متاحة مؤقتًا
problem-unavailable-detail = لم يضع شيء. حاولوا من جديد بعد دقيقة.
problem-internal = حدث خطأ من جانبنا
problem-internal-detail = حاولوا من جديد. وإن تكرّر الأمر فأخبرونا: لقد سجّلنا ما حدث.
problem-too-many = طلبات كثيرة جدًا
problem-too-many-detail = وصلت طلبات كثيرة جدًا من شبكتكم، لذلك نتوقف قليلًا. يُرجى المحاولة لاحقًا.

## كل رسالة

mail-kind = رسالة بريد إلكتروني
mail-label = { $label }:
mail-sent-to = أُرسلت هذه الرسالة إلى { $address }.
mail-imprint-line = بيانات الناشر: { $url }
mail-privacy-line = الخصوصية: { $url }

## رسالة التأكيد

confirmation-subject = يُرجى التأكيد: { $newsletter }
confirmation-subject-many = { $others ->
    [zero] يُرجى التأكيد: { $newsletter }
    [one] يُرجى التأكيد: { $newsletter } ونشرة أخرى
    [two] يُرجى التأكيد: { $newsletter } ونشرتان أخريان
    [few] يُرجى التأكيد: { $newsletter } و{ $others } نشرات أخرى
    [many] يُرجى التأكيد: { $newsletter } و{ $others } نشرة أخرى
   *[other] يُرجى التأكيد: { $newsletter } و{ $others } نشرة أخرى
}
confirmation-preheader = { $days ->
    [zero] بقيت نقرة واحدة. يعمل الرابط اليوم فقط.
    [one] بقيت نقرة واحدة. يعمل الرابط يومًا واحدًا.
    [two] بقيت نقرة واحدة. يعمل الرابط يومين.
    [few] بقيت نقرة واحدة. يعمل الرابط { $days } أيام.
    [many] بقيت نقرة واحدة. يعمل الرابط { $days } يومًا.
   *[other] بقيت نقرة واحدة. يعمل الرابط { $days } يوم.
}
confirmation-heading = تأكيد الاشتراك
confirmation-one-before = أدخلتم هذا العنوان، أو أدخله شخص آخر، على { $site } لتلقّي
confirmation-one-after = .
confirmation-many = أدخلتم هذا العنوان، أو أدخله شخص آخر، على { $site } لتلقّي هذه النشرات:
confirmation-button = الانتقال إلى التأكيد
confirmation-copy = أو انسخوا هذا العنوان إلى المتصفح:
confirmation-until = يعمل الرابط حتى { $date }.
confirmation-not-you = لم تطلبوا ذلك؟ إذن لا تفعلوا شيئًا. لن نكتب إليكم مرة أخرى.

## رسالة إلى عنوان مشترك من قبل

already-subject = تصلكم { $newsletter } من قبل
already-subject-many = { $others ->
    [zero] تصلكم { $newsletter } من قبل
    [one] تصلكم { $newsletter } ونشرة أخرى من قبل
    [two] تصلكم { $newsletter } ونشرتان أخريان من قبل
    [few] تصلكم { $newsletter } و{ $others } نشرات أخرى من قبل
    [many] تصلكم { $newsletter } و{ $others } نشرة أخرى من قبل
   *[other] تصلكم { $newsletter } و{ $others } نشرة أخرى من قبل
}
already-preheader = لا يلزم فعل شيء آخر.
already-one-before = أُدخل هذا العنوان الآن مرة أخرى للاشتراك في
already-one-after = . هذه النشرة تصلكم من قبل، فلا يتغيّر شيء.
already-many = أُدخل هذا العنوان الآن مرة أخرى للاشتراك في هذه النشرات. وهي تصلكم من قبل، فلا يتغيّر شيء.
already-not-you = لم تطلبوا ذلك؟ إذن لا تفعلوا شيئًا.
already-stop = هل تفضّلون إلغاء الاشتراك؟

## النشرة

digest-label = { $newsletter }، { $date }
digest-test = تجربة: أُرسلت هذه النسخة إليكم وحدكم.
digest-browser-link = القراءة في المتصفح
digest-stories = { $count ->
    [zero] لا أخبار
    [one] خبر واحد
    [two] خبران
    [few] { $count } أخبار
    [many] { $count } خبرًا
   *[other] { $count } خبر
}
digest-reading-time = { $minutes ->
    [zero] أقل من دقيقة للقراءة
    [one] دقيقة واحدة للقراءة
    [two] دقيقتان للقراءة
    [few] { $minutes }{ "\u00A0" }دقائق للقراءة
    [many] { $minutes }{ "\u00A0" }دقيقة للقراءة
   *[other] { $minutes }{ "\u00A0" }دقيقة للقراءة
}
digest-byline = { $names }
digest-story-time = { $minutes ->
    [zero] أقل من دقيقة للقراءة
    [one] دقيقة للقراءة
    [two] دقيقتان للقراءة
    [few] { $minutes }{ "\u00A0" }دقائق للقراءة
    [many] { $minutes }{ "\u00A0" }دقيقة للقراءة
   *[other] { $minutes }{ "\u00A0" }دقيقة للقراءة
}
digest-brief = باختصار
digest-all-stories = كل الأخبار على { $site }
digest-why = لماذا وصلتكم هذه الرسالة؟
digest-ordered-before = طلبتم «{ $newsletter }» بتاريخ
digest-ordered-frequency-before = طلبتم «{ $newsletter }» ({ $frequency }) بتاريخ
digest-ordered-middle = بالعنوان
digest-ordered-after = .
digest-unsubscribe = إلغاء الاشتراك في { $newsletter }
digest-forwarded = أعاد أحد إرسالها إليكم؟
digest-forwarded-link = اشتركوا بأنفسكم
digest-invite = { $newsletter } بالبريد الإلكتروني
digest-invite-text = يصل هذا العدد أيضًا بالبريد الإلكتروني.
digest-invite-link = الاشتراك في { $newsletter }

## رسالة إلى من وصلهم خطأ

correction-subject = تصويب: { $title }
correction-heading = تصويب
correction-about = ورد في عدد { $date } مقال «{ $title }».

## أثناء هجوم على الاشتراكات

proof-heading = لحظة من فضلكم
proof-why = تملأ آلات نموذجنا في الوقت الحالي. لكي نميّزكم عنها يُجري متصفحكم عملية حسابية صغيرة.
proof-working = يستغرق ذلك بضع ثوانٍ ثم يتابع تلقائيًا.
proof-without-script = لا يستطيع متصفحكم ذلك لأن البرامج النصية معطّلة أو غير متاحة. يُرجى المحاولة بعد بضع ساعات، أو اكتبوا إلى { $contact } وسنضيفكم.

## رسالة إلى هيئة التحرير: هجوم على الاشتراكات

attack-subject = { $publisher }: هجوم على الاشتراكات
attack-heading = هجوم على الاشتراكات
attack-seen = في آخر { $minutes } دقيقة ورد { $requests } طلب اشتراك؛ المعتاد { $normal }، ومن { $threshold } فصاعدًا نعدّه هجومًا.
attack-asked = تسببت في { $asked } رسالة بريد، أُكِّد منها { $confirmed }.
attack-now = من الآن يحتاج كل اشتراك إلى إثبات عمل تُجريه المتصفحات تلقائيًا. ينتهي ذلك تلقائيًا حين يعود الهدوء، ولا يلزمكم شيء. بعد ذلك يمكنكم حذف من جاؤوا مع الهجوم ولم يؤكدوا قط.
attack-look = كيف تسير الأمور
attack-purge = بعد انتهائه: ما الذي سيُحذف

## رسالة إلى هيئة التحرير: عدد ينتظر الموافقة

approval-subject = للموافقة: { $newsletter }: { $subject }
approval-heading = عدد ينتظر موافقتكم
approval-what = العدد التالي من { $newsletter } جاهز، وفيه { $articles ->
    [zero] لا مقالات
    [one] مقال واحد
    [two] مقالان
    [few] { $articles } مقالات
    [many] { $articles } مقالًا
   *[other] { $articles } مقال
}، ويُرسل إلى { $readers ->
    [zero] لا أحد
    [one] مشترك واحد
    [two] مشتركَين
    [few] { $readers } مشتركين
    [many] { $readers } مشتركًا
   *[other] { $readers } مشترك
}.
approval-when = موعد الإرسال { $date }، الساعة { $time } ({ $zone }).
approval-deadline-send_anyway = إن لم يوقفه أحد يُرسل بعد الساعة { $time } من يوم { $date } ولو بلا موافقة.
approval-deadline-skip = إن لم يوافق عليه أحد قبل الساعة { $time } من يوم { $date } فلن يُرسل، وتنتقل مقالاته إلى العدد التالي.
approval-deadline-hold = إن لم يوافق عليه أحد قبل الساعة { $time } من يوم { $date } ينتظر حتى يوافق أحد.
approval-look = الاطلاع على العدد
approval-approve = موافقة
approval-hold = إيقاف
approval-hash = تسري الموافقة على هذه النسخة وحدها ({ $hash }). وإذا تغيّر المحتوى أو القرّاء نسأل من جديد وتبطل هذه الروابط.

## صفحات هيئة التحرير

review-approve-heading = الموافقة على هذا العدد؟
review-approve-note = يُرسل إلى { $readers ->
    [zero] لا أحد
    [one] مشترك واحد
    [two] مشتركَين
    [few] { $readers } مشتركين
    [many] { $readers } مشتركًا
   *[other] { $readers } مشترك
}.
review-approve-button = نعم، أرسلوه
review-hold-heading = إيقاف هذا العدد؟
review-hold-note = لا يُرسل منه شيء حتى يوافق عليه أحد أو يفرج عنه. وهو موجّه إلى { $readers ->
    [zero] لا أحد
    [one] مشترك واحد
    [two] مشتركَين
    [few] { $readers } مشتركين
    [many] { $readers } مشتركًا
   *[other] { $readers } مشترك
}.
review-hold-button = نعم، أوقفوه
review-approved-heading = تمت الموافقة
review-approved-note = يُرسل العدد في موعده إلى { $readers ->
    [zero] لا أحد
    [one] مشترك واحد
    [two] مشتركَين
    [few] { $readers } مشتركين
    [many] { $readers } مشتركًا
   *[other] { $readers } مشترك
}.
review-held-heading = تم الإيقاف
review-held-note = لا يُرسل من هذا العدد شيء حتى يوافق عليه أحد أو يفرج عنه.
review-changed-heading = تغيّر العدد
review-changed-note = لم تعد هذه هي النسخة التي تحدثت عنها رسالتكم. اطّلعوا على الجديدة قبل الموافقة.
review-closed-heading = لم يبقَ ما يُقرَّر
review-closed-note = لم يعد العدد ينتظر الموافقة.
review-unknown-heading = هذا الرابط غير معروف لدينا
review-unknown-note = ربما قُطع جزء منه، أو تغيّر العدد ولديكم رسالة أحدث.
review-warnings = { $count ->
    [zero] لا ملاحظات على الرسالة
    [one] ملاحظة واحدة على الرسالة (بالإنكليزية)
    [two] ملاحظتان على الرسالة (بالإنكليزية)
    [few] { $count } ملاحظات على الرسالة (بالإنكليزية)
    [many] { $count } ملاحظة على الرسالة (بالإنكليزية)
   *[other] { $count } ملاحظة على الرسالة (بالإنكليزية)
}
review-hash = النسخة { $hash }

## الأرشيف

archive-heading = الأرشيف
archive-open = قراءة الأعداد السابقة
archive-none = لا يوجد هنا ما يُقرأ بعد.
archive-newsletter-heading = { $newsletter }: الأعداد السابقة
archive-empty = لم يُرسل أي عدد بعد.
archive-older = أعداد أقدم
archive-newest = أحدث الأعداد
archive-feed = خلاصة Atom
archive-all = كل النشرات

## إلغاء الاشتراك: بدائل له، وما بعده

unsubscribe-or = أو:
unsubscribe-weekly = مرة في الأسبوع بدلًا من ذلك
unsubscribe-pause = إيقاف مؤقت لمدة شهر
unsubscribe-all = إلغاء جميع النشرات
pause-until = لن يصلكم شيء حتى { $date }.
pause-open = لن يصلكم شيء حتى تستأنفوها.
done-weekly = تم الحفظ. ستصلكم { $newsletter } الآن مرة في الأسبوع.
done-paused = تم الحفظ. لن يصلكم شيء حتى { $date }.
done-all = لن تصلكم أي نشرة بعد الآن.
done-undone = ستصلكم { $newsletter } من جديد كما كانت.
done-too-late = لم يعد التراجع ممكنًا. يمكنكم الاشتراك من جديد.
done-reason = شكرًا لكم.
unsubscribed-undo = تراجع
unsubscribed-undo-note = يمكنكم استعادتها كما كانت خلال 24 ساعة.
unsubscribed-undo-wording = تراجع
why-legend = هل تخبروننا بالسبب؟ (اختياري)
why-too-many = رسائل كثيرة جدًا
why-not-interesting = غير مثيرة للاهتمام
why-not-signed-up = لم أشترك
why-other = سبب آخر
why-send = إرسال
never-heading = هل أدخل شخص آخر عنوانكم؟
never-note = يمكننا استبعاده إلى الأبد: لا نشرة ولا طلب تأكيد.
never-button = لا تراسلوا هذا العنوان أبدًا
never-done = لن نراسل هذا العنوان مرة أخرى.

## النشرة: رابط التفضيلات

digest-preferences = تلقّيها مرات أقل أو إيقافها مؤقتًا أو تغيير ما يصلكم

## التفضيلات

preferences-heading = نشراتكم
preferences-saved-title = تم الحفظ: { $title }
preferences-for = لـ
preferences-suppressed = هذا العنوان في قائمة العناوين التي لا يُرسل إليها شيء أبدًا.
preferences-none = لا تصلكم أي نشرة.
preferences-since = منذ { $date }
preferences-how = عدد المرات واللغة والشكل والإيقاف المؤقت
preferences-every = كم مرة؟
every-newsletter = كما تصدر النشرة
every-publication = فور نشر أي شيء
every-day = مرة في اليوم
every-weekday = من الاثنين إلى الجمعة
every-week = مرة في الأسبوع
every-month = مرة في الشهر
preferences-when-note = يخص اليوم خيار «مرة في الأسبوع»، وتخص الساعة والمنطقة الزمنية كل الخيارات عدا الأولين.
preferences-weekday = يوم الأسبوع
preferences-hour = الساعة
preferences-zone = المنطقة الزمنية
preferences-language = لغة الرسائل المتعلقة بها
preferences-format = الشكل
preferences-html = مع صور وتنسيق
preferences-text = نص فقط
preferences-save = حفظ
preferences-pause = إيقاف مؤقت حتى
preferences-pause-button = إيقاف مؤقت
preferences-resume = استئناف الآن
preferences-more = نشرات أخرى
preferences-join = تلقّي هذه أيضًا
preferences-data = عنوانكم وبياناتكم
preferences-address = عنوان البريد الإلكتروني الجديد
preferences-address-button = تغيير العنوان
preferences-address-note = نرسل رابطًا إلى العنوان الجديد، ويتغير العنوان عند النقر عليه، ونُعلم العنوان القديم.
preferences-forwarded = النشرات تُعاد توجيهها. لرؤية عنوانكم أو تغييره اطلبوا إرسال رابط جديد إليه.
preferences-ask-link = أرسلوا إليّ الرابط
preferences-wrong-zone = لا نعرف هذه المنطقة الزمنية. اختاروا واحدة من القائمة، مثل Africa/Cairo.
preferences-wrong-date = اختاروا يومًا بين الغد وبعد سنة من الآن.
preferences-done-saved = تم الحفظ: { $newsletter }
preferences-done-paused = تم الحفظ. { $newsletter } متوقفة مؤقتًا.
preferences-done-joined = ستصلكم الآن { $newsletter }.
preferences-done-left = لن تصلكم { $newsletter } بعد الآن.
preferences-done-address = إذا كان العنوان الجديد صالحًا للاستخدام فقد أرسلنا إليه رابطًا. يتغير عنوانكم عند النقر عليه.
preferences-ask-heading = نشراتكم وإعداداتكم
preferences-ask-note = أدخلوا العنوان الذي تصل إليه نشراتكم. نرسل إليه رابطًا.
preferences-ask-again = اطلبوا إرسال رابط جديد.
preferences-ask-button = أرسلوا إليّ الرابط
preferences-sent = إذا كنا نعرف العنوان فقد أرسلنا إليه رابطًا. يعمل الرابط 7 أيام.

address-confirm-heading = تغيير عنوانكم؟
address-confirm-note = ستصل نشراتكم بعدها إلى { $address }.
address-confirm-button = نعم، غيّروه
address-stop-heading = إيقاف تغيير العنوان؟
address-stop-note = طلب أحدهم أن تصل نشراتكم من الآن إلى { $address }.
address-stop-button = نعم، أوقفوه
address-done-heading = تغيّر عنوانكم
address-done-note = تصل نشراتكم إلى { $address }.
address-stopped-heading = أُوقف التغيير
address-stopped-note = تصل نشراتكم إلى حيث كانت تصل.
address-taken-heading = لا يمكن استخدام هذا العنوان
address-taken-note = إنه لشخص آخر بالفعل، أو لا تجوز مراسلته. لم يتغير شيء.

## رسالة برابط طلبه القارئ

link-preferences-subject = رابطكم: نشرات { $publisher }
link-preferences-heading = نشراتكم وإعداداتكم
link-preferences-note = بهذا الرابط ترون ما يصلكم وتغيّرونه. لا تعطوه لأحد: فمن يملكه يمكنه التصرف باسمكم.
link-preferences-button = إلى نشراتي
link-new-subject = يُرجى تأكيد عنوانكم الجديد
link-new-note = ستصل نشرات { $publisher } من الآن إلى هذا العنوان.
link-new-button = إلى تغيير العنوان
link-old-subject = سيتغير عنوانكم
link-old-note = طلب شخص لديه رابطكم أن تصل نشراتكم من الآن إلى { $address }. يتغير العنوان عندما يؤكد صندوق البريد الجديد ذلك.
link-old-button = إيقاف التغيير
link-taken-subject = تصل نشرات إلى هذا العنوان بالفعل
link-taken-note = أراد أحدهم نقل نشراته إلى هذا العنوان. إنه لقارئ بالفعل، لذلك لم يتغير شيء. بهذا الرابط ترون ما يصل إلى هنا.
link-until = يعمل الرابط حتى { $date }.
link-not-you = لم تكونوا أنتم؟ لا تفعلوا شيئًا إذن.
link-old-not-you = كنتم أنتم؟ لا حاجة إلى فعل شيء هنا.

## التنزيل والحذف

preferences-export = تنزيل كل البيانات التي نحتفظ بها عنكم (JSON)
preferences-erase = حذف كل شيء
erase-heading = حذف كل شيء؟
erase-note = لن تصلكم نشرات بعد الآن وسننساكم. لا يمكن التراجع عن ذلك. تبقى علامة مشفّرة كي لا يُدخل أحد غيركم عنوانكم من جديد، ويمكنكم أنتم الاشتراك في أي وقت.
erase-button = نعم، احذفوا كل شيء
erase-back = العودة إلى نشراتي
erase-done-heading = حُذف كل شيء
erase-done-note = لن تصلكم نشرات بعد الآن، ولم نعد نحتفظ بشيء عنكم.

## سجل الموافقة، لهيئة التحرير

consent-heading = سجل الموافقة
consent-whole = السجل كامل ولم يتغيّر: ختم كل قيد صحيح.
consent-broken = لا يمكن الاعتماد على هذا السجل: قيود غُيّرت أو مفقودة.
consent-address = العنوان
consent-newsletter = النشرة البريدية
consent-issued = تاريخ الإصدار
consent-time = الوقت
consent-obtained = أُعطيت الموافقة في
consent-source = وصل عبر
consent-wording = النص عند الزر
consent-page = الصفحة
consent-user-agent = برنامج المرسل
consent-client = عنوان شبكة المرسل
consent-sealed = خُتم لاحقًا في
consent-seal = الختم
consent-action-requested = طُلب
consent-action-confirmed = أُكّد
consent-action-withdrawn = سُحب
consent-action-added = أضافته هيئة التحرير
consent-action-changed = غُيّر
consent-action-restored = استُعيد
consent-source-form = استمارة الاشتراك
consent-source-json = اشتراك بواسطة برنامج
consent-source-confirm-page = صفحة رابط التأكيد
consent-source-unsubscribe-page = صفحة رابط إلغاء الاشتراك
consent-source-preferences = صفحة القارئ الخاصة
consent-source-one-click = زر برنامج البريد
consent-source-api = أنظمة هيئة التحرير
consent-source-demo = عرض توضيحي
